using DeepSharp.Layers;

namespace DeepSharp.Examples.Transfer;

/// <summary>
/// The residual network of 18 layers without its head: images [N, 3, H, W] become 512 numbers each. He, Zhang, Ren, Sun 2015. As in the file
/// that the weights come from, the last stage has a third block, which the paper's has not.
/// </summary>
internal static class ResNet18
{
    /// <summary>How many numbers an image becomes.</summary>
    internal const int Features = 512;

    /// <summary>A network with random first values.</summary>
    internal static Sequential Make(Generator random) => new(
        ("conv1", Convolution(3, 64, 7, 2, random)), ("bn1", new BatchNorm(64)), ("relu", new ReLU()),
        ("maxpool", new MaxPool2D(3, 2, padding: 1)),
        ("layer1", new Sequential(BasicBlock(64, 64, 1, random), BasicBlock(64, 64, 1, random))),
        ("layer2", new Sequential(BasicBlock(64, 128, 2, random), BasicBlock(128, 128, 1, random))),
        ("layer3", new Sequential(BasicBlock(128, 256, 2, random), BasicBlock(256, 256, 1, random))),
        ("layer4", new Sequential(BasicBlock(256, 512, 2, random), BasicBlock(512, 512, 1, random), BasicBlock(512, 512, 1, random))),
        ("avgpool", new AdaptiveAveragePool2D(1)), ("flatten", new Flatten()));

    // Two convolutions with a way around them; where the shape changes, a convolution of 1 x 1 brings the input to it.
    private static Sequential BasicBlock(int inputs, int outputs, int stride, Generator random)
    {
        Sequential body = new(
            ("conv1", Convolution(inputs, outputs, 3, stride, random)), ("bn1", new BatchNorm(outputs)), ("relu", new ReLU()),
            ("conv2", Convolution(outputs, outputs, 3, 1, random)), ("bn2", new BatchNorm(outputs)));
        Sequential? shortcut = stride == 1 && inputs == outputs
            ? null
            : new(("conv", Convolution(inputs, outputs, 1, stride, random)), ("bn", new BatchNorm(outputs)));
        return new(("sum", new Residual(body, shortcut)), ("relu", new ReLU()));
    }

    private static Conv2D Convolution(int inputs, int outputs, int kernel, int stride, Generator random) => new(
        inputs, outputs, kernel, stride, padding: kernel / 2, bias: false, weightInitializer: new HeNormal(), generator: random);
}
