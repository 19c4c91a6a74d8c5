// Which bookings will be cancelled? A table with categories, dates, missing values and few cancellations becomes a data set; the network and the
// encoding of the table are saved, and used again by another run.
//
//   Tabular train FOLDER [EPOCHS]          learns from bookings.csv, and writes bookings.safetensors and bookings.json to the folder
//   Tabular predict FOLDER FILE.csv        says how likely the bookings of a file are cancelled
//   Tabular predict FOLDER NAME=VALUE …    the same for one booking
//   Tabular generate FILE.csv              writes bookings.csv anew
using System.Globalization;
using DeepSharp;
using DeepSharp.Data;
using DeepSharp.Examples.Tabular;
using DeepSharp.Layers;
using DeepSharp.Optim;
using DeepSharp.Persistence;
using DeepSharp.Tables;
using DeepSharp.Training;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
string bookings = Path.Combine(AppContext.BaseDirectory, "bookings.csv");
try
{
    switch (args)
    {
        case ["train", string folder]:
            Train(folder, 20);
            return 0;
        case ["train", string folder, string epochs] when int.TryParse(epochs, out int count) && count > 0:
            Train(folder, count);
            return 0;
        case ["predict", string folder, .. { Length: > 0 } what]:
            Predict(folder, what);
            return 0;
        case ["generate", string file]:
            AtomicFile.WriteText(file, string.Join('\n', Bookings.Lines(3000, seed: 1)) + "\n");
            return 0;
        default:
            Console.Error.WriteLine("Tabular train FOLDER [EPOCHS] | predict FOLDER FILE.csv | predict FOLDER NAME=VALUE … | generate FILE.csv");
            return 1;
    }
}
catch (Exception error) when (error is IOException or InvalidDataException or ArgumentException)
{
    Console.Error.WriteLine(error.Message);
    return 1;
}

void Train(string folder, int epochs)
{
    Generator.Default = new Generator(seed: 1);
    Table table = Table.FromCsv(bookings);
    Console.WriteLine(table);
    (Table train, Table test) = table.Split(0.8, seed: 1);

    // What suggests itself, but for the country: guests from where few come are told together, and so are those from where none came.
    TableEncoding encoding = TableEncoding.Fit(train, [new ClassTarget("cancelled")],
    [
        .. TableFeature.Infer(train, "cancelled", "country"),
        new CategoryFeature("country") { Missing = MissingValues.Category, Unknown = UnknownCategory.Category, MinCount = 120 },
    ]);
    Console.WriteLine($"features: {string.Join(", ", encoding.FeatureNames)}");

    // One of eight is cancelled: without weights the network would hardly ever say so.
    Dataset data = encoding.Apply(train);
    int[] labels = data.Targets.ToArray<int>();
    float[] weights = [.. encoding.Categories("cancelled").Select((_, label) => labels.Length / (2f * labels.Count(other => other == label)))];
    Console.WriteLine($"weights: {string.Join(", ", encoding.Categories("cancelled").Zip(weights, static (name, weight) => $"{name} {weight:F2}"))}");
    Sequential model = Network(encoding);
    model.Fit(
        data, new AdamW(model.Parameters(), learningRate: 3e-3, weightDecay: 0.05), new CrossEntropyLoss(classWeights: Tensor.From(weights)), epochs,
        batchSize: 64, seed: 1);

    // Rows are the truth, columns what the network says.
    ConfusionMatrix confusion = new(encoding.Categories("cancelled"));
    model.Evaluate(encoding.Apply(test), metrics: [confusion]);
    Console.WriteLine($"{confusion}\n{confusion.ToString(normalize: true)}");
    SafeTensors.Save(Path.Combine(folder, "bookings.safetensors"), model.State());
    encoding.Save(Path.Combine(folder, "bookings.json"));
    double[] chances = Chances(model, encoding.Features(table)[0]);
    for (int row = 0; row < 3; row++)
    {
        Console.WriteLine(Line(row, chances[row]));
    }
}

void Predict(string folder, string[] what)
{
    TableEncoding encoding = TableEncoding.Load(Path.Combine(folder, "bookings.json"));
    Sequential model = Network(encoding);
    model.LoadState(SafeTensors.Load(Path.Combine(folder, "bookings.safetensors")));

    // Nothing between name and value is a missing value.
    IReadOnlyList<Tensor> features = what[0].Contains('=')
        ? encoding.Features(what.Select(static word => word.Split('=', 2))
            .ToDictionary(static pair => pair[0], static pair => (object?)(pair[^1].Length > 0 ? pair[^1] : null)))
        : encoding.Features(Table.FromCsv(what[0], new CsvOptions { Kinds = encoding.Kinds }));
    foreach ((int row, double chance) in Chances(model, features[0]).Index())
    {
        Console.WriteLine(Line(row, chance));
    }
}

static Sequential Network(TableEncoding encoding) =>
    [new Dense(encoding.FeatureNames.Count, 16), new ReLU(), new Dense(16, encoding.Categories("cancelled").Count)];

static double[] Chances(Sequential model, Tensor features) =>
    [.. model.Predict(features).Softmax(1)[.., 1].ToArray<float>().Select(static chance => (double)chance)];

static string Line(int row, double chance) => $"booking {row + 1}: cancelled with {100 * chance:F2} %";
