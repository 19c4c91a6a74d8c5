#!/usr/bin/env bash
# Runs a command in this repository inside a Debian 13 that has PyTorch 2.6 and the C++ library of libtorch:
#   root.sh FOLDER COMMAND [ARGUMENTS]
# Makes it in FOLDER where there is none. Wants Linux, root's rights and debootstrap.
set -euo pipefail
root=$(realpath -m "$1"); shift
repository=$(realpath "$(dirname "$0")/../..")
dotnet=$(dirname "$(realpath "$(command -v dotnet)")")
packages=${NUGET_PACKAGES:-$HOME/.nuget}
if [ ! -e "$root/usr/bin/apt-get" ]; then
    debootstrap --variant=minbase --include=ca-certificates,libgomp1,libicu76,libstdc++6 trixie "$root"
fi
if [ ! -e "$root/usr/lib/python3/dist-packages/torch" ]; then
    chroot "$root" apt-get install -y --no-install-recommends libopenblas0-openmp python3-torch
fi
# The mounts go with the command.
exec unshare --mount bash -c '
    root=$1; shift
    for folder in /proc /sys /dev /tmp "$1" "$2" "$3"; do
        mkdir -p "$root$folder"
        mount --rbind "$folder" "$root$folder"
    done
    cd "$root$1"
    PATH="$2:$PATH" exec chroot "$root" sh -c "cd \"\$0\"; exec \"\$@\"" "$1" "${@:4}"
' root.sh "$root" "$repository" "$dotnet" "$packages" "$@"
