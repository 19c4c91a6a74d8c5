#!/usr/bin/env bash
# Draws the pictures of docs/optimizers.md and docs/schedules.md anew, with the repository's examples. Build them first: dotnet build -c Release.
set -euo pipefail
cd "$(dirname "$0")/../.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

schedule() {
    dotnet run -c Release --no-build --project examples/Schedules -- "${@:2}" --out "docs/images/schedule-$1.svg"
}

schedule steps constant piecewise step multi-step
schedule exponential exponential natural tenfold
schedule slow inverse-time power inverse-sqrt noam
schedule to-zero linear polynomial cosine
schedule restarts warm-cosine restarts growing-restarts
schedule cycles one-cycle one-cycle-linear triangular triangular2 exp-range

# The race itself is not wanted here, so it is a short one.
paths() {
    dotnet run -c Release --no-build --project examples/OptimizerRace -- "${@:2}" --samples 32 --epochs 1 --out "$work/race.webp"
    cp "$work/race-paths.webp" "docs/images/optimizer-$1.webp"
}

paths descent sgd momentum nesterov look-ahead
paths signs delta-bar-delta rprop lion
paths adaptive adagrad rmsprop rmsprop-momentum adadelta
paths adam adam amsgrad adamw adamax nadam radam
paths layers lars lamb adafactor muon
paths averages asgd lookahead-sgd lookahead-adam schedule-free
paths curvature l-bfgs newton-cg
