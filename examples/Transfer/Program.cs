// Transfer: a ResNet-18 that has learned to name photographs looks at digits, and a single layer learns to read what it sees; then all of it learns.
// The network comes from an ONNX file; that it computes the same is checked against ONNX Runtime.
using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using DeepSharp;
using DeepSharp.Data;
using DeepSharp.Examples;
using DeepSharp.Exchange;
using DeepSharp.Layers;
using DeepSharp.Optim;
using DeepSharp.Training;
using Microsoft.ML.OnnxRuntime;

const int Side = 224;
const int Features = 512;
const int Batch = 20;
const double Tolerance = 1e-4;

Option<int> trained = NumberOption.Make("--train", "How many digits are learned from.", 1000, 10, 60_000);
Option<int> tested = NumberOption.Make("--test", "How many digits are read to test.", 1000, 10, 10_000);
Option<int> seed = NumberOption.Make("--seed", "The seed of initial values and shuffling.", 1, 0, int.MaxValue);
RootCommand root = new("Reads digits by the features of a network that was trained on photographs, against the same network from scratch.") { trained, tested, seed };
root.SetAction(parsed => PictureOption.Try(() => Run(parsed.GetValue(trained), parsed.GetValue(tested), (ulong)parsed.GetValue(seed))));
return root.Run(args);

static void Run(int trained, int tested, ulong seed)
{
    string folder = Path.Combine(AppContext.BaseDirectory, "DnnImageModels");
    string file = Path.Combine(folder, "ResNet18Onnx", "ResNet18.onnx");
    MnistData digits = MnistData.Load(Path.Combine(AppContext.BaseDirectory, "mnist"));
    (Dataset train, Dataset test) = (digits.Train.Take(trained), digits.Test.Take(tested));

    // A digit becomes a picture as the network knows them: three channels of 0 to 255, less the mean photograph.
    Tensor mean = OnnxWeights.Load(Path.Combine(folder, "ResNetPrepOnnx", "ResNetPreprocess.onnx"))["MeanImage"];
    Lambda picture = new(x => (x.Unsqueeze(1) * 255).Interpolate(Side, mode: Interpolation.Linear) - mean);

    // The file is of a network for one picture at a time.
    OnnxModel network = OnnxModel.Load(file, dynamicBatch: true);
    Compare(file, network, picture.Forward(First(test, 8)));

    // What the network sees is computed once; the layer on top of it is all that learns.
    long began = Stopwatch.GetTimestamp();
    Sequential features = [picture, network, new Flatten()];
    Dataset seen = new(features.Predict(train, Batch), train.Targets);
    double look = Stopwatch.GetElapsedTime(began).TotalSeconds;
    Sequential head = Head(Features, seed);
    Train(head, seen);
    double budget = Stopwatch.GetElapsedTime(began).TotalSeconds;
    Dataset seenInTest = new(features.Predict(test, Batch), test.Targets);
    Print($"{trained:N0} digits, looked at in {look:F1} s, {look / trained:F3} s each in batches of {Batch}; the head learned in {budget - look:F1} s");
    Print($"  {Accuracy(head, seenInTest):P1} of {test.Count:N0} read by what the network learned from photographs");

    // Batch norm takes its statistics from batches of digits now, which the head has not seen: the loss begins high. Those that predictions use move from
    // the photographs' to the digits' over hundreds of steps, so after a few of them the predictions are worse than the head's alone.
    Sequential whole = [features, head];
    whole.Train();
    (int seenByAll, double before, double after) = TrainFor(budget, whole, train, seed, learningRate: 1e-4);
    Print($"  {Accuracy(whole, test):P1} when all of it is trained on for as long: it saw {seenByAll:N0} digits; the loss fell from {before:F3} to {after:F3}");
    if (!(after < before))
    {
        throw new InvalidDataException("The loss of the whole network has not fallen.");
    }

    OnnxModel unlearned = OnnxModel.Load(file, dynamicBatch: true);
    Forget(unlearned, new Generator(seed));
    Sequential scratch = [picture, unlearned, new Flatten(), Head(Features, seed)];
    scratch.Train();
    (int seenFromScratch, _, _) = TrainFor(budget, scratch, train, seed, learningRate: 1e-3);
    Print($"  {Accuracy(scratch, test):P1} by the same network, trained from scratch for as long: it saw {seenFromScratch:N0} digits");

    Sequential pixels = [new Flatten(), Head(784, seed)];
    Train(pixels, train);
    Print($"  {Accuracy(pixels, test):P1} by the head on the pixels themselves");
}

static Sequential Head(int inputs, ulong seed) => [new Dense(inputs, 10, generator: new Generator(seed))];

static void Train(Module model, Dataset data) =>
    model.Fit(data, new AdamW(model.Parameters(), learningRate: 3e-3, weightDecay: 0.1), epochs: 100, batchSize: Batch, seed: 1);

// The network of the file with random first values. The scale of a batch norm stands before its shift there, and its mean before its variance.
static void Forget(OnnxModel network, Generator random)
{
    HeNormal initial = new();
    Dictionary<string, Tensor> state = [];
    foreach ((string name, Parameter weight) in network.NamedParameters().Where(static named => named.Value.Rank > 1))
    {
        state[name] = initial.Create(weight.Shape, generator: random);
    }

    foreach ((int i, (string name, Parameter scale)) in network.NamedParameters().Where(static named => named.Value.Rank == 1).Index())
    {
        state[name] = Tensor.Full(scale.Shape, i % 2 == 0 ? 1 : 0);
    }

    foreach ((int i, (string name, Tensor statistic)) in network.NamedBuffers().Index())
    {
        state[name] = Tensor.Full(statistic.Shape, i % 2 == 0 ? 0 : 1);
    }

    network.LoadState(state);
}

// As many steps as there is time for, at least four: how many digits they took, and the loss on the first digits before and after them.
static (int Seen, double Before, double After) TrainFor(double seconds, Module model, Dataset data, ulong seed, double learningRate)
{
    const int Least = 4;
    Adam optimizer = new(model.Parameters(), learningRate);
    CrossEntropyLoss loss = new();
    double before = Loss();
    long began = Stopwatch.GetTimestamp();
    int seen = 0;
    for (int step = 0; ;)
    {
        // A rest of one could not be normalised.
        foreach ((Tensor x, Tensor y) in data.Batches(Math.Min(Batch, data.Count), seed: seed + (ulong)step, dropLast: true))
        {
            optimizer.ZeroGradients();
            loss.Compute(model.Forward(x), y).Backward();
            optimizer.Step();
            seen += x.Shape[0];
            step++;
            if (step >= Least && Stopwatch.GetElapsedTime(began).TotalSeconds >= seconds)
            {
                return (seen, before, Loss());
            }
        }
    }

    double Loss()
    {
        foreach ((Tensor x, Tensor y) in data.Batches(Batch, shuffle: false))
        {
            return loss.Compute(model.Forward(x), y).Item();
        }

        return double.NaN;
    }
}

// The same features as ONNX Runtime's, or an error; and how long one picture by itself takes in both. One after the other: ONNX Runtime's threads
// keep a core busy for a while after each picture.
static void Compare(string file, Module network, Tensor pictures)
{
    const int Rounds = 3;
    Tensor[] each = [.. Enumerable.Range(0, Rounds * pictures.Shape[0]).Select(i => pictures[i % pictures.Shape[0]].Unsqueeze(0))];
    (float[][] ours, double here) = Timed(each, picture => network.Predict(picture).ToArray<float>());

    using InferenceSession session = new(file);
    using RunOptions options = new();
    string[] input = [.. session.InputNames];
    (float[][] theirs, double there) = Timed(each, picture =>
    {
        using OrtValue same = OrtValue.CreateTensorValueFromMemory(picture.ToArray<float>(), [1, 3, Side, Side]);
        using IDisposableReadOnlyCollection<OrtValue> results = session.Run(options, input, [same], session.OutputNames);
        return results[0].GetTensorDataAsSpan<float>().ToArray();
    });

    double[] apart = [.. ours.SelectMany(static one => one).Zip(theirs.SelectMany(static one => one), static (x, y) => Math.Abs((double)x - y))];
    Print($"ResNet-18 on {Device.Default.Name}, {pictures.Shape[0]} pictures one by one");
    Print($"  features up to {theirs.Max(Enumerable.Max):F2}, at most {apart.Max():0.0e+0} from ONNX Runtime's");
    Print($"  {here / 1000:F3} s a picture here, {there / 1000:F3} s by ONNX Runtime");
    if (!apart.All(static difference => difference <= Tolerance))
    {
        throw new InvalidDataException($"The features differ by more than {Tolerance:0.0e+0}, or are no numbers.");
    }
}

// The features of each picture, and how many milliseconds it took in the middle.
static (float[][] Features, double Milliseconds) Timed(Tensor[] pictures, Func<Tensor, float[]> network)
{
    List<double> times = [];
    float[][] features = [.. pictures.Select(picture =>
    {
        using TensorScope scope = Tensor.Scope();
        long began = Stopwatch.GetTimestamp();
        float[] values = network(picture);
        times.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
        return values;
    })];
    return (features, times.Order().ElementAt(times.Count / 2));
}

static Tensor First(Dataset data, int count)
{
    foreach ((Tensor x, _) in data.Batches(count, shuffle: false))
    {
        return x.Keep();
    }

    throw new InvalidDataException("There are no digits.");
}

static double Accuracy(Module model, Dataset data) => model.Evaluate(data, metrics: [new Accuracy()], batchSize: Batch)["accuracy"];

static void Print(FormattableString line) => Console.WriteLine(line.ToString(CultureInfo.InvariantCulture));
