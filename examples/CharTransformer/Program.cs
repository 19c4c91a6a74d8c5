// A language model of letters: a small causal transformer learns to write, from a grammar whose entropy is known, or from a text of yours.
using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using DeepSharp;
using DeepSharp.Examples;
using DeepSharp.Examples.CharTransformer;
using DeepSharp.Layers;
using DeepSharp.Optim;

const int Batch = 16;
const int Trained = 200_000;
const int HeldOut = 20_000;

Option<FileInfo?> file = PathOption.ToRead("--text", "A text to learn from; its last tenth is held out. [default: sentences of a small grammar]");
Option<int> steps = NumberOption.Make("--steps", $"Training steps, each of {Batch} pieces of the text.", 1000, 1, 1_000_000);
Option<int> context = NumberOption.Make("--context", "How many letters the model sees at most.", 128, 8, 4096);
Option<double> temperature = NumberOption.Make("--temperature", "Below 1, likely letters become likelier; 0 takes the likeliest.", 1.0, 0, 100);
Option<int> topK = NumberOption.Make("--top-k", "How many of the likeliest letters are drawn from.", 10, 1, 100_000);
Option<int> length = NumberOption.Make("--length", "How many letters are written in the end.", 400, 1, 1_000_000);
Option<int> seed = NumberOption.Make("--seed", "The seed of the grammar's sentences, of initial values and of the dice.", 1, 0, int.MaxValue - 1);
RootCommand root = new("Trains a transformer to write, and compares its bits per letter with what counting says and with what is possible.")
{
    file, steps, context, temperature, topK, length, seed,
};
root.SetAction(parsed => PictureOption.Try(() => Run(
    parsed.GetValue(file), parsed.GetValue(steps), parsed.GetValue(context), parsed.GetValue(temperature), parsed.GetValue(topK),
    parsed.GetValue(length), parsed.GetValue(seed))));
return root.Run(args);

static void Run(FileInfo? file, int steps, int context, double temperature, int topK, int length, int seed)
{
    (string train, string test, double? least) = Read(file, seed);
    char[] alphabet = [.. (train + test).Distinct().Order()];
    long[] trainLetters = Numbers(train, alphabet);
    long[] testLetters = Numbers(test, alphabet);
    if (testLetters.Length <= context)
    {
        throw new InvalidDataException(
            $"{train.Length + test.Length} letters are too few: the last tenth is held out and must be longer than the {context} letters of --context.");
    }

    LanguageModel model = new(alphabet.Length, context, new Generator((ulong)seed));
    Print($"{train.Length:N0} letters to learn from, {test.Length:N0} held out, {alphabet.Length} different ones; {model.Parameters().Sum(static p => p.Count):N0} parameters");
    Train(model, trainLetters, steps, seed);

    Print($"\nbits per letter");
    for (int order = 0; order <= 2; order++)
    {
        Print($"  {Entropy.OfOrder(order, train):F3}  order {order}: how often each letter comes{order switch { 0 => "", 1 => " behind each other", _ => " behind each two others" }}");
    }

    model.Eval();
    Print($"  {Bits(model, trainLetters[..Math.Min(HeldOut, trainLetters.Length)]):F3}  the transformer, on what it learned from");
    Print($"  {Bits(model, testLetters):F3}  the transformer, on what it has not seen");
    if (least is { } bound)
    {
        Print($"  {bound:F3}  the choices that made the text it has not seen; the entropy of the grammar is {Grammar.EntropyRate:F3}");
    }

    Print($"\nwritten at temperature {temperature}, from the {Math.Min(topK, alphabet.Length)} likeliest letters:");
    long[] start = testLetters[..1];
    Console.Write(alphabet[start[0]]);
    foreach (long letter in new Writer(model, temperature, topK, new Generator((ulong)seed)).Write(start, length))
    {
        Console.Write(alphabet[letter]);
    }

    Writer greedy = new(model, 0, 1, new Generator());
    (long[] cached, double fast) = Timed(() => [.. greedy.Write(start, context)]);
    (long[] again, double slow) = Timed(() => [.. greedy.Write(start, context, cached: false)]);
    Print($"\n\n{context} likeliest letters, {context / fast:N0} a second with the key-value cache and {context / slow:N0} without; the text is {(cached.SequenceEqual(again) ? "the same" : "another")}");
}

// The text to learn from, that to be tested on, and the bits per letter below which nobody can be expected to come, if known.
static (string Train, string Test, double? Least) Read(FileInfo? file, int seed)
{
    if (file is null)
    {
        (string test, double bits) = Grammar.Write(HeldOut, seed + 1);
        return (Grammar.Write(Trained, seed).Text, test, bits / test.Length);
    }

    string text = File.ReadAllText(file.FullName);
    int held = text.Length / 10;
    return (text[..^held], text[^held..], null);
}

static long[] Numbers(string text, char[] alphabet) => [.. text.Select(letter => (long)Array.BinarySearch(alphabet, letter))];

static void Train(LanguageModel model, long[] text, int steps, int seed)
{
    AdamW optimizer = new(model.Parameters(), learningRate: 3e-3)
    {
        Schedule = new CosineAnnealing(steps).After(new Warmup(Math.Max(1, steps / 20))),
        Clipping = GradientClipping.ByGlobalNorm(1),
    };
    Random random = new(seed);
    long began = Stopwatch.GetTimestamp();
    double sum = 0;
    int report = Math.Max(1, steps / 10);
    for (int step = 1; step <= steps; step++)
    {
        using TensorScope scope = Tensor.Scope();
        int[] starts = [.. Enumerable.Range(0, Batch).Select(_ => random.Next(text.Length - model.Context))];
        optimizer.ZeroGradients();
        Tensor loss = Loss(model, text, starts, 0);
        loss.Backward();
        optimizer.Step();
        sum += loss.Item() / Math.Log(2);
        if (step % report == 0)
        {
            double rate = (double)step * Batch * model.Context / Stopwatch.GetElapsedTime(began).TotalSeconds;
            Print($"step {step,5}  {sum / report:F3} bits per letter  {rate:N0} letters/s");
            sum = 0;
        }
    }
}

// The mean loss of the letters behind those at the starts, each told by all that stand before it in its piece, without the first ones of it.
static Tensor Loss(LanguageModel model, long[] text, int[] starts, int skipped)
{
    int context = model.Context;
    Tensor pieces = Tensor.From(starts.SelectMany(start => text[start..(start + context + 1)]).ToArray(), [starts.Length, context + 1]);
    Tensor scores = model.Forward(pieces[.., ..context])[.., skipped..];
    return new CrossEntropyLoss().Compute(scores.Reshape(-1, scores.Shape[2]), pieces[.., (skipped + 1)..].Flatten());
}

// Each letter counts once, and is told by at least half a context of letters before it.
static double Bits(LanguageModel model, long[] text)
{
    using NoGrad noGrad = new();
    int half = model.Context / 2;
    double sum = 0;
    int pieces = 0;
    for (int start = 0; start + model.Context < text.Length; start += half)
    {
        using TensorScope scope = Tensor.Scope();
        sum += Loss(model, text, [start], half).Item();
        pieces++;
    }

    return sum / pieces / Math.Log(2);
}

static (long[] Letters, double Seconds) Timed(Func<long[]> write)
{
    long began = Stopwatch.GetTimestamp();
    return (write(), Stopwatch.GetElapsedTime(began).TotalSeconds);
}

static void Print(FormattableString line) => Console.WriteLine(line.ToString(CultureInfo.InvariantCulture));
