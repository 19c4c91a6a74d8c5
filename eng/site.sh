#!/usr/bin/env bash
# Makes the site of the pages and of the API in artifacts/site, from assemblies that are built (dotnet build -c Release). A broken link, heading or
# reference fails. To look at it: python3 -m http.server --directory artifacts/site
set -euo pipefail
cd "$(dirname "$0")/.."

dotnet tool restore > /dev/null
rm -rf docs/api artifacts/site
dotnet docfx metadata docfx.json --logLevel error
dotnet docfx build docfx.json --warningsAsErrors --logLevel warning
echo "artifacts/site has $(find artifacts/site -name '*.html' | wc -l) pages."
