"""Images turned, magnified, mirrored and shifted about their centre: grid_sample of affine_grid, align_corners=False."""

import math

import torch
import torch.nn.functional as F

from .golden import DTYPES, Family, Samples

# Shape, degrees, scale, shift in pixels (right, down), mirrored (left and right, up and down).
CASES = (
    ((2, 1, 5, 7), 0, 1, (0, 0), (1, 1)),
    ((2, 3, 6, 6), 30, 1, (0, 0), (1, 1)),
    ((1, 2, 7, 4), -75, 1.25, (0.75, -1.5), (1, 1)),
    ((2, 2, 4, 9), 15, 0.6, (1.25, 0.5), (-1, 1)),
    ((1, 1, 8, 5), 200, 1.7, (-0.3, 0.2), (1, -1)),
    ((1, 2, 3, 3), 45, 0.9, (2, 1), (-1, -1)),
    ((1, 1, 1, 1), 10, 1.1, (0.25, 0.25), (1, 1)),
    ((1, 1, 1, 6), 0, 1, (1.25, 0), (1, 1)),
)


def build():
    family = Family("affine")
    for dtype in DTYPES:
        samples = Samples("affine", dtype)
        for shape, degrees, scale, (right, down), (mirror_x, mirror_y) in CASES:
            height, width = shape[2:]
            cos = math.cos(math.radians(degrees)) / scale
            sin = math.sin(math.radians(degrees)) / scale
            # An output at p from the centre, in pixels, is the input at mirror(R(-angle) (p - shift)) / scale.
            xx, xy, yx, yy = mirror_x * cos, mirror_x * sin, mirror_y * -sin, mirror_y * cos
            # The grid counts from -1 to 1 along either axis.
            theta = [[xx, xy * height / width, -(xx * right + xy * down) * 2 / width],
                     [yx * width / height, yy, -(yx * right + yy * down) * 2 / height]]
            input = samples.normal(*shape)
            grid = F.affine_grid(torch.tensor([theta] * shape[0], dtype=torch.float64), list(shape), align_corners=False)
            for mode in ("bilinear", "nearest"):
                output = F.grid_sample(input.double(), grid, mode=mode, padding_mode="zeros", align_corners=False).to(input.dtype)
                family.add(mode, f"{list(shape)} {degrees} {scale} {right} {down} {mirror_x} {mirror_y}", dtype,
                           options={"degrees": degrees, "scale": scale, "right": right, "down": down, "mirror_x": mirror_x,
                                    "mirror_y": mirror_y},
                           inputs={"input": input}, outputs={"output": output})
    return family
