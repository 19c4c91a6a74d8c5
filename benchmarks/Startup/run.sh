#!/usr/bin/env bash
# From the start of a process to the end of its first training step, by the just-in-time compiler and as native code; how large the
# program is; and what native code loses or wins at full speed. On an idle machine; takes minutes.
set -euo pipefail
cd "$(dirname "$0")"
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT

publish() { dotnet publish -c Release -nologo -v quiet "../$1" -o "$out/$1-$2" "${@:3}"; }
publish Startup jit
publish Startup native -p:PublishAot=true
publish Startup this-machine -p:PublishAot=true -p:IlcInstructionSet=native
publish Measure jit
publish Measure native -p:PublishAot=true
publish Measure this-machine -p:PublishAot=true -p:IlcInstructionSet=native

for form in jit native this-machine; do
    for _ in {1..21}; do
        started=$(date +%s%3N)
        echo "$(($("$out/Startup-$form/Startup" | cut -d. -f1) - started))"
    done | sort -n | awk -v form="$form" '{ t[NR] = $1 } END { print "first step, " form ": median " t[11] " ms, least " t[1] " ms" }'
done
stat -c '%n %s bytes' "$out"/Startup-{native,this-machine}/Startup | sed "s|$out/||"

# In turn, so that all forms meet the same moments of the machine.
for round in 1 2 3; do
    for form in jit native this-machine; do
        "$out/Measure-$form/Measure" --only mlp small gemm operators | sed "s/^deepsharp/$round $form/"
    done
done | grep -v '^#'
