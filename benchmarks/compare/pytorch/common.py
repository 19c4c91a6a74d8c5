"""Timing, output, and what the numbers were measured with."""

import re
import statistics
import time
from pathlib import Path

import torch

BLOCKS = 9
BLOCK_SECONDS = 0.05


def prepare(threads):
    """Sets the threads and prints what the numbers are measured with."""
    torch.set_num_threads(threads)
    torch.manual_seed(1)
    a = torch.ones(64, 64)
    a @ a  # loads the BLAS, so that it can be seen
    print(f"# pytorch {torch.__version__}, {torch.get_num_threads()} threads, {processor()}")
    print(f"# BLAS: {', '.join(blas()) or 'none found'}", flush=True)


def blas():
    """The linear algebra libraries in this process."""
    try:
        maps = Path("/proc/self/maps").read_text()
    except OSError:
        return []
    paths = {line.split(maxsplit=5)[-1] for line in maps.splitlines() if "/" in line}
    return sorted({Path(path).name for path in paths if re.search(r"/lib(open)?blas|/libmkl_|/libblis|/libatlas", path)})


def processor():
    try:
        return re.search(r"model name\s*:\s*(.*)", Path("/proc/cpuinfo").read_text())[1]
    except (OSError, TypeError):
        return "unknown processor"


def row(name, unit, value):
    print(f"pytorch {name} {unit} {value:.6g}", flush=True)


def median_seconds(action):
    """Seconds a call takes: the median over blocks of as many calls as fill a twentieth of a second."""
    action()
    calls = 1
    while (seconds := block(action, calls)) < BLOCK_SECONDS:
        calls = max(calls + 1, min(calls * 10, int(calls * 1.2 * BLOCK_SECONDS / max(seconds, 1e-9))))
    return statistics.median(block(action, calls) / calls for _ in range(BLOCKS))


def block(action, calls):
    start = time.perf_counter()
    for _ in range(calls):
        action()
    return time.perf_counter() - start
