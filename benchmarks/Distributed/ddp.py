"""The same steps as Program.cs by PyTorch's DistributedDataParallel on Gloo: python3 ddp.py RANKS."""
import os
import statistics
import sys
import time

import torch
import torch.distributed as dist
import torch.multiprocessing as mp
from torch import nn

BATCH, SECONDS = 512, 3


def network(name):
    torch.manual_seed(1)
    if name == "mlp":
        return nn.Sequential(nn.Flatten(), nn.Linear(784, 512), nn.ReLU(), nn.Linear(512, 512), nn.ReLU(), nn.Linear(512, 10))
    return nn.Sequential(
        nn.Conv2d(1, 16, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(16, 32, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(),
        nn.Linear(1568, 128), nn.ReLU(), nn.Linear(128, 10))


def run(rank, ranks):
    os.environ.update(MASTER_ADDR="127.0.0.1", MASTER_PORT="29533")
    torch.set_num_threads(1)
    os.environ["USE_LIBUV"] = "0"  # Debian's build has none
    dist.init_process_group("gloo", rank=rank, world_size=ranks)
    for name in ("mlp", "cnn"):
        model = network(name)
        trained = nn.parallel.DistributedDataParallel(model) if ranks > 1 else model
        optimizer = torch.optim.SGD(trained.parameters(), 0.01, momentum=0.9)
        x = torch.randn(4 * BATCH // ranks, 1, 28, 28)
        y = torch.zeros(4 * BATCH // ranks, dtype=torch.int64)
        rows = BATCH // ranks
        loss = nn.CrossEntropyLoss()
        times, began, goes, step = [], time.perf_counter(), torch.ones(1), 0
        while goes.item():
            for _ in range(10):
                start = time.perf_counter()
                at = step % 4 * rows
                optimizer.zero_grad()
                loss(trained(x[at:at + rows]), y[at:at + rows]).backward()
                optimizer.step()
                times.append(time.perf_counter() - start)
                step += 1
            goes[0] = float(rank == 0 and time.perf_counter() - began < SECONDS)
            dist.all_reduce(goes, op=dist.ReduceOp.MAX)
        if rank == 0:
            print(f"pytorch {torch.__version__}  ranks {ranks}  {name}  {BATCH / statistics.median(times[len(times) // 4:]):10.0f} samples/s", flush=True)
    dist.destroy_process_group()


if __name__ == "__main__":
    count = int(sys.argv[1])
    mp.spawn(run, args=(count,), nprocs=count)
