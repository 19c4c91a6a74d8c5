#!/usr/bin/env bash
# Makes the NuGet packages and runs a program that has nothing but DeepSharp (eng/cpu-only) in every way that .NET programs are made: by the
# just-in-time compiler, as a file-based app, trimmed, and as native code. All must print the same numbers, to the last bit.
set -euo pipefail
cd "$(dirname "$0")/.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# The programs are for the CPU alone, and check that ILGPU is not loaded: drivers of this machine are out of sight.
export OCL_ICD_VENDORS=/nowhere

# Native code is linked by the system's compiler.
command -v clang > /dev/null || command -v gcc > /dev/null || { apt-get -q update && apt-get -q install -y clang zlib1g-dev; }

dotnet pack -c Release -nologo -v quiet src/DeepSharp -o "$work/feed"
package=$(basename "$work"/feed/DeepSharp.*.nupkg .nupkg)
version=${package#DeepSharp.}

mkdir "$work/app" "$work/file"
cp eng/cpu-only/Program.cs "$work/app"
cat > "$work/Directory.Build.props" <<EOF
<Project>
  <PropertyGroup>
    <RestoreAdditionalProjectSources>$work/feed</RestoreAdditionalProjectSources>
    <RestorePackagesPath>$work/packages</RestorePackagesPath>
    <TreatWarningsAsErrors>true</TreatWarningsAsErrors>
  </PropertyGroup>
</Project>
EOF
cat > "$work/app/app.csproj" <<EOF
<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup>
    <OutputType>Exe</OutputType>
    <TargetFramework>net10.0</TargetFramework>
    <ImplicitUsings>enable</ImplicitUsings>
    <Nullable>enable</Nullable>
    <UseCurrentRuntimeIdentifier>true</UseCurrentRuntimeIdentifier>
  </PropertyGroup>
  <ItemGroup>
    <PackageReference Include="DeepSharp" Version="$version" />
  </ItemGroup>
</Project>
EOF
{ echo "#:package DeepSharp@$version"; cat eng/cpu-only/Program.cs; } > "$work/file/app.cs"

# Of the processors that the native program could run on, this one alone: then it uses the same instructions as the others.
dotnet publish -c Release -nologo -v quiet "$work/app" -p:PublishAot=true -p:IlcInstructionSet=native -o "$work/native"
dotnet publish -c Release -nologo -v quiet "$work/app" -p:PublishTrimmed=true -o "$work/trimmed"

dotnet run -c Release --project "$work/app" | tee "$work/expected.txt"
for made in "$work/native/app" "$work/trimmed/app" "dotnet run $work/file/app.cs"; do
    $made > "$work/printed.txt"
    diff "$work/expected.txt" "$work/printed.txt" || { echo "$made prints other numbers."; exit 1; }
done

# What the package has on its page: no link and no picture that leads nowhere; an icon; symbols for each assembly (names stand plainly in archives).
unpacked="$work/packages/deepsharp/$version"
if grep -nE '\]\((docs|examples|[A-Z]+\.md|LICENSE)' "$unpacked/README.md"; then echo "$package's page has links to files that it has not."; exit 1; fi
[ -s "$unpacked/icon.png" ] || { echo "$package has no icon."; exit 1; }
for assembly in "$unpacked"/lib/net10.0/*.dll; do
    grep -aq "lib/net10.0/$(basename "$assembly" .dll).pdb" "$work/feed/$package.snupkg" || { echo "$package has no symbols of $assembly."; exit 1; }
done

# The package for pictures: it brings DeepSharp, what draws, and a font.
dotnet pack -c Release -nologo -v quiet src/Charts -o "$work/feed"
mkdir "$work/charts"
sed 's/Include="DeepSharp"/Include="DeepSharp.Charts"/; /UseCurrentRuntimeIdentifier/d' "$work/app/app.csproj" > "$work/charts/charts.csproj"
cat > "$work/charts/Program.cs" <<EOF
using DeepSharp;
using DeepSharp.Charts;
using DeepSharp.Layers;

Sequential model = [new Dense(20, 30), new Dense(30, 2)];
model.PlotWeights().SaveTo("weights.svg");
Tensor.Uniform([4, 3, 8, 8]).PlotImages().SaveTo("images.png");
EOF
dotnet publish -c Release -nologo -v quiet "$work/charts" -o "$work/drawing"
(cd "$work" && dotnet drawing/charts.dll)
grep -q '0.weight \[30, 20\]' "$work/weights.svg" && [ "$(head -c 4 "$work/images.png" | tail -c 3)" = PNG ] || { echo "DeepSharp.Charts does not draw."; exit 1; }
if grep -qiE 'skiasharp|scottplot|harfbuzz' "$work/app/obj/project.assets.json"; then echo "$package depends on what draws."; exit 1; fi
echo "DeepSharp.Charts.$version draws."
# The packages for tables, pictures, logs, files of other frameworks and several processes: each brings DeepSharp and what reads or writes.
for name in Tables Images Logging Exchange Distributed; do
    dotnet pack -c Release -nologo -v quiet "src/$name" -o "$work/feed"
    mkdir "$work/$name"
    sed "s/Include=\"DeepSharp\"/Include=\"DeepSharp.$name\"/; /UseCurrentRuntimeIdentifier/d" "$work/app/app.csproj" > "$work/$name/$name.csproj"
done
cat > "$work/Tables/Program.cs" <<EOF
using DeepSharp.Tables;

File.WriteAllText("rows.csv", "age,town,ill\n31,Bern,no\n64,Chur,yes\n");
Table table = Table.FromCsv("rows.csv");
TableEncoding.Fit(table, [new ClassTarget("ill")]).Save("rows.json");
Console.WriteLine(TableEncoding.Load("rows.json").Apply(table).Features.Shape);
EOF
cat > "$work/Images/Program.cs" <<EOF
using DeepSharp;
using DeepSharp.Images;

Directory.CreateDirectory("set/a");
ImageFile.SavePng("set/a/0.png", ImageFile.Grid(Tensor.Uniform([4, 3, 8, 8])));
Console.WriteLine(new ImageFolder("set", 16, 16).ToDataset().Features.Shape);
EOF
cat > "$work/Logging/Program.cs" <<EOF
using DeepSharp.Logging;

using (EventFileWriter events = new("run"))
{
    events.AddScalar("loss", 0.5, 1);
}

Console.WriteLine(Directory.GetFiles("run", "events.out.tfevents.*").Length + " " + new ProgressBar().GetType().Name);
EOF
cat > "$work/Exchange/Program.cs" <<EOF
using DeepSharp;
using DeepSharp.Exchange;
using DeepSharp.Layers;

Sequential model = [new Conv2D(1, 4, 3), new BatchNorm(4), new ReLU(), new Flatten(), new Dense(64, 3)];
Tensor x = Tensor.Normal([2, 1, 6, 6]);
model.Eval();
new OnnxExporter().Export(model, x, "model.onnx");
OnnxModel same = OnnxModel.Load("model.onnx");
same.Eval();
(Tensor here, Tensor there) = (model.Forward(x), same.Forward(x));
bool isSame = here.Shape == there.Shape && (here - there).Abs().Max().Item() < 1e-5;
Console.WriteLine(TorchFile.Load("$PWD/tests/golden/files/torch/single.pt")["tensor"].Shape + (isSame ? " same " : " other ") + there.Shape);
EOF
# Without an MPI library the message says so; with one, the program is a job of one process.
cat > "$work/Distributed/Program.cs" <<EOF
using DeepSharp.Distributed;

try
{
    Console.WriteLine(Communicator.World.Size + " process");
}
catch (MpiException error) when (error.Message.Contains("apt-get"))
{
    Console.WriteLine("1 process");
}
EOF
for name in Tables Images Logging Exchange Distributed; do
    dotnet publish -c Release -nologo -v quiet "$work/$name" -o "$work/$name/out"
    printed=$(cd "$work/$name" && dotnet "out/$name.dll")
    case "$name $printed" in "Tables [2, 3]" | "Images [1, 3, 16, 16]" | "Logging 1 ProgressBar" | "Exchange [2, 3] same [2, 3]" | "Distributed 1 process") ;; *) echo "DeepSharp.$name printed $printed."; exit 1 ;; esac
    echo "DeepSharp.$name.$version works."
done
if grep -qiE 'skiasharp|sylvan|parquet|spectre|protobuf' "$work/app/obj/project.assets.json"; then echo "$package depends on what reads tables or pictures, or writes logs."; exit 1; fi
# The command-line tool, installed and run.
dotnet pack -c Release -nologo -v quiet tools/deepsharp -o "$work/feed"
dotnet tool install DeepSharp.Tool --version "$version" --tool-path "$work/bin" --add-source "$work/feed" > /dev/null
("$work/bin/deepsharp" summary model.safetensors 2>&1 || true) | grep -q 'deepsharp: model.safetensors' || { echo "DeepSharp.Tool does not answer."; exit 1; }
"$work/bin/deepsharp" bench --seconds 0.05 --device cpu
echo "DeepSharp.Tool.$version runs; its package has $(stat -c %s "$work"/feed/DeepSharp.Tool.*.nupkg) bytes."
# The template: each of its programs builds, runs, and saves a network. The hive keeps dotnet new of this machine as it is.
dotnet pack -c Release -nologo -v quiet templates -o "$work/feed"
new="dotnet new --debug:custom-hive $work/hive"
$new install "$work/feed/DeepSharp.Templates.$version.nupkg" > /dev/null
for example in classification regression sequences empty; do
    $new deepsharp -o "$work/new/$example" -n "My$example" --example "$example" > /dev/null
    (cd "$work/new/$example" && dotnet run -c Release) > "$work/printed.txt" || { cat "$work/printed.txt"; echo "The template's $example fails."; exit 1; }
done
grep -q '<PackageReference Include="DeepSharp" Version="'"$version"'" />' "$work/new/empty/Myempty.csproj" || { echo "The template takes another version."; exit 1; }
if grep -q PublishAot "$work/new/empty/Myempty.csproj"; then echo "The template is native without being asked."; exit 1; fi
$new deepsharp -o "$work/new/native" -n Native --example empty --native > /dev/null
grep -q '<PublishAot>true</PublishAot>' "$work/new/native/Native.csproj" || { echo "The template's --native does nothing."; exit 1; }
echo "DeepSharp.Templates.$version makes programs."
echo "$package works; the native program has $(stat -c %s "$work/native/app") bytes."
