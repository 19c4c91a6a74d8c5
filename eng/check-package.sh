#!/usr/bin/env bash
# Makes the NuGet package, and trains, saves and loads a network in a project that knows nothing but it.
set -euo pipefail
cd "$(dirname "$0")/.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

dotnet pack -c Release -nologo -v quiet src/DeepSharp -o "$work/feed"
package=$(basename "$work"/feed/DeepSharp.*.nupkg .nupkg)
version=${package#DeepSharp.}

mkdir "$work/app"
cat > "$work/app/app.csproj" <<EOF
<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup>
    <OutputType>Exe</OutputType>
    <TargetFramework>net10.0</TargetFramework>
    <ImplicitUsings>enable</ImplicitUsings>
    <RestoreAdditionalProjectSources>$work/feed</RestoreAdditionalProjectSources>
    <RestorePackagesPath>$work/packages</RestorePackagesPath>
  </PropertyGroup>
  <ItemGroup>
    <PackageReference Include="DeepSharp" Version="$version" />
  </ItemGroup>
</Project>
EOF
cat > "$work/app/Program.cs" <<'EOF'
using DeepSharp;
using DeepSharp.Data;
using DeepSharp.Layers;
using DeepSharp.Optim;
using DeepSharp.Persistence;
using DeepSharp.Training;

// Whether a point lies inside a circle.
Generator.Default = new Generator(seed: 1);
Tensor points = Tensor.Uniform([512, 2], -1, 1);
Tensor inside = (points.Square().Sum(1) < Tensor.Full([512], 0.6)).To(DType.Int64);
Sequential model = [new Dense(2, 32), new ReLU(), new Dense(32, 2)];
History history = model.Fit(new Dataset(points, inside), new Adam(model.Parameters(), 0.01), epochs: 30, metrics: [new Accuracy()]);
double accuracy = history.Epochs[^1]["accuracy"];
Console.WriteLine($"accuracy {accuracy:P1}");
Npz.Save("model.npz", model.State());
model[0].LoadState(new Dense(2, 32).State());
model.LoadState(Npz.Load("model.npz"));
return accuracy > 0.95 && model.Evaluate(new Dataset(points, inside), metrics: [new Accuracy()])["accuracy"] > 0.95 ? 0 : 1;
EOF
(cd "$work/app" && dotnet run -c Release)
echo "$package works."
