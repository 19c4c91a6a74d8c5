#!/usr/bin/env bash
# DeepSharp on MPI and PyTorch's DistributedDataParallel on Gloo, with 1, 2 and 4 ranks of one thread each, in turn.
#   benchmarks/Distributed/run.sh [ROOT]
# ROOT is a folder with Debian 13 and its python3-torch, in which PyTorch runs (see benchmarks/compare/README.md); without it, PyTorch is this system's, if there.
set -euo pipefail
cd "$(dirname "$0")/../.."
dotnet build -c Release -nologo -v quiet benchmarks/Distributed
program=benchmarks/Distributed/bin/Release/net10.0/DistributedBenchmark.dll
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 OMPI_MCA_mpi_yield_when_idle=1 DOTNET_PROCESSOR_COUNT=1
uptime
for ranks in 1 2 4; do
    mpirun --oversubscribe --bind-to none -np "$ranks" dotnet "$program"
    if [ $# -gt 0 ]; then
        benchmarks/compare/root.sh "$1" python3 "$PWD/benchmarks/Distributed/ddp.py" "$ranks"
    elif python3 -c 'import torch' 2> /dev/null; then
        python3 benchmarks/Distributed/ddp.py "$ranks"
    fi
done
