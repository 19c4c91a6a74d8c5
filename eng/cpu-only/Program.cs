// Trains, evaluates, predicts, saves and loads on the CPU, and fails if that loads ILGPU. What it prints is the same, to the bit,
// however the program was compiled, as long as it uses the same instructions.
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Runtime.CompilerServices;
using DeepSharp;
using DeepSharp.Data;
using DeepSharp.Layers;
using DeepSharp.Optim;
using DeepSharp.Persistence;
using DeepSharp.Training;

// Registers and threads, to compare machines.
if (args is [string bits, string threads])
{
    CpuKernels.VectorBits = int.Parse(bits, CultureInfo.InvariantCulture);
    CpuKernels.Threads = int.Parse(threads, CultureInfo.InvariantCulture);
}

string folder = Directory.CreateTempSubdirectory("cpu-only").FullName;
Generator.Default = new Generator(seed: 1);

// Whether a point lies inside a circle.
Tensor points = Tensor.Uniform([512, 2], -1, 1);
Dataset data = new(points, (points.Square().Sum(1) < Tensor.Full([512], 0.6)).To(DType.Int64));
Sequential model =
[
    new Dense(2, 32), new BatchNorm(32), new ReLU(),
    new Residual([new Dense(32, 32), new GELU(), new Dropout(0.1)]), new LayerNorm(32), new Dense(32, 2),
];
History history = model.Fit(data, new Adam(model.Parameters(), 0.01), epochs: 60, metrics: [new Accuracy()], validationSplit: 0.25);
Print("loss", history.Epochs[^1]["loss"]);

SafeTensors.Save(Path.Combine(folder, "model.safetensors"), model.State());
Npz.Save(Path.Combine(folder, "model.npz"), model.State());
Tensor before = model.Predict(points);
foreach (string file in (string[])["model.safetensors", "model.npz"])
{
    model[0].LoadState(new Dense(2, 32).State());
    model.LoadState(file.EndsWith("npz", StringComparison.Ordinal)
        ? Npz.Load(Path.Combine(folder, file))
        : SafeTensors.Load(Path.Combine(folder, file)));
    Require(model.Predict(points).Equal(before).To(DType.Float32).Mean().Item() == 1, $"{file} gives another network");
}

double accuracy = model.Evaluate(data, metrics: [new Accuracy()])["accuracy"];
Print("accuracy", accuracy);
Require(accuracy > 0.9, "the network has not learnt");
Directory.Delete(folder, recursive: true);

History mixed = model.Fit(data, new SGD(model.Parameters(), 0.01), epochs: 1, mixedPrecision: DType.BFloat16);
Print("loss in mixed precision", mixed.Epochs[^1]["loss"]);
foreach (DType dtype in (DType[])[DType.Float32, DType.Float64, DType.Float16])
{
    Print($"operators in {dtype}", Operators(dtype));
}

foreach (Func<Parameter[], Optimizer> make in (Func<Parameter[], Optimizer>[])
    [p => new AdamW(p), p => new LAMB(p), p => new Adafactor(p), p => new Muon(p), p => new LBFGS(p), p => new RMSProp(p), p => new LARS(p, 0.1)])
{
    Print(make([new Parameter(Tensor.Ones([2, 2]))]).GetType().Name, Minimise(make));
}

Require(Device.Default == Device.Cpu || RuntimeFeature.IsDynamicCodeSupported, "there is a GPU without generated code");
Require(Device.All.Contains(Device.Cpu), "the CPU is not among the devices");
foreach (DeviceKind kind in (DeviceKind[])[DeviceKind.Emulated, DeviceKind.Cuda, DeviceKind.OpenCL])
{
    if (!RuntimeFeature.IsDynamicCodeSupported)
    {
        string error = ErrorOf<DeviceException>(() => Gpu(kind));
        Require(error.Contains("Use Device.Cpu", StringComparison.Ordinal), error);
    }
}

// Derivatives of any order need types that nobody has named; three orders are in every program.
Parameter point = new(Tensor.Linspace(-1, 1, 7, DType.Float64));
Tensor derivative = point.SiLU();
for (int order = 1; order <= 3; order++)
{
    derivative = Grad.Of(derivative.Sum(), point, createGraph: true);
    Print($"derivative {order}", derivative.Sum().Item());
}

if (!RuntimeFeature.IsDynamicCodeSupported)
{
    string error = ErrorOf<InvalidOperationException>(() => Grad.Of(derivative.Sum(), point, createGraph: true));
    Require(error.Contains("orders up to 3", StringComparison.Ordinal), error);
}

// Native code has no assemblies to load, and names those it was made of.
string[] loaded = [.. AppDomain.CurrentDomain.GetAssemblies().Select(static a => a.GetName().Name!).Where(static name => name.StartsWith("ILGPU", StringComparison.Ordinal))];
Require(loaded.Length == 0 || !RuntimeFeature.IsDynamicCodeSupported, $"{string.Join(" and ", loaded)} was loaded");

static void Print(string name, double value) =>
    Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name}: {value:R} ({BitConverter.DoubleToInt64Bits(value):x16})"));

static void Require(bool isTrue, string otherwise)
{
    if (!isTrue)
    {
        throw new InvalidOperationException(otherwise);
    }
}

static string ErrorOf<TError>(Func<object> act)
    where TError : Exception
{
    try
    {
        return $"no error, but {act()}";
    }
    catch (TError error)
    {
        return error.Message;
    }
}

static double Operators(DType dtype)
{
    using TensorScope scope = Tensor.Scope();
    Parameter parameter = new(Tensor.Uniform([6, 8], 0.1, 1, dtype == DType.Float64 ? dtype : DType.Float32));
    Tensor x = parameter.To(dtype);
    Tensor index = Tensor.Arange(6, DType.Int64);
    Tensor all = Tensor.Concatenate(
    [
        x.Exp(), x.Log().Tanh(), x.Sin() * x.Cos(), x.Pow(1.5) / x.Sqrt(), x.Erf() - x.GELU(), x.SiLU().Softplus(), x.Softmax(), x.LogSoftmax(0),
        Tensor.Maximum(x, x.Reciprocal()), Tensor.Where(x > 0.5, x, -x), x.LayerNorm(), x.IndexSelect(index), x.MatMul(x.Transpose(0, 1)).MatMul(x),
        x.IndexAdd(index, x), x.Mean(1, keepDims: true).Expand([6, 8]), x.Max(0).Expand([6, 8]), x.Clamp(0.2, 0.8).Permute(1, 0).Reshape(6, 8),
    ]);
    Tensor result = all.Sum() + x.Variance().Sum() + x.LogSumExp(1).Sum() + x.Norm() + x.SoftmaxCrossEntropy(index.Reshape(6));
    result.Backward();
    return result.Item() + parameter.Gradient!.Sum().Item() + x.ArgMax(1).Sum().Item();
}

static double Minimise(Func<Parameter[], Optimizer> make)
{
    Parameter x = new(Tensor.Linspace(-1, 2, 12).Reshape(3, 4));
    Optimizer optimizer = make([x]);
    Tensor? loss = null;
    for (int i = 0; i < 5; i++)
    {
        loss = optimizer.Step(() => (x.Square() + x.Cos()).Sum());
    }

    return loss!.Item();
}

[UnconditionalSuppressMessage("AOT", "IL3050", Justification = "It asks for what cannot be had, to see that this is said.")]
static Device Gpu(DeviceKind kind) => kind switch
{
    DeviceKind.Emulated => Device.Emulated,
    DeviceKind.Cuda => Device.Cuda(),
    _ => Device.OpenCL(),
};
