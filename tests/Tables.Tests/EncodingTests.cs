using System.Text.Json;
using DeepSharp.Data;
using DeepSharp.Tables;

namespace DeepSharp.Tests;

/// <summary>Encodings, with numbers worked out by hand.</summary>
public sealed class EncodingTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Features_that_are_inferred_are_standardised_and_one_hot()
    {
        // The ages that are there: 1, 2, 6, of mean 3, median 2 and variance (4 + 1 + 9) / 3.
        Table table = Read("age,town,ill\n1,Bern,no\n2,Chur,yes\n,,no\n6,Bern,yes\n");
        TableEncoding encoding = TableEncoding.Fit(table, [new ClassTarget("ill")]);
        Assert.Equal(["age", "age missing", "town=Bern", "town=Chur", "town=(missing)"], encoding.FeatureNames);
        Assert.Equal(["no", "yes"], encoding.Categories("ill"));
        Dataset data = encoding.Apply(table, Device.Cpu);
        float deviation = (float)Math.Sqrt(14.0 / 3);
        Equal([-2 / deviation, 0, 1, 0, 0, -1 / deviation, 0, 0, 1, 0, -1 / deviation, 1, 0, 0, 1, 3 / deviation, 0, 1, 0, 0], data.Features);
        Assert.Equal([0, 1, 0, 1], data.Targets.ToArray<int>());
    }

    [Fact]
    public void Statistics_are_those_of_the_table_it_was_fitted_to()
    {
        TableEncoding encoding = TableEncoding.Fit(Read("x\n0\n2\n"), [], [new NumberFeature("x") { Missing = MissingValues.Mean }]);
        Equal([9, 0], encoding.Features(Read("x\n10\n \n", new CsvOptions { Missing = [" "] }), Device.Cpu)[0]);
    }

    [Fact]
    public void Missing_numbers_are_what_the_feature_says()
    {
        Table table = Read("x\n1\n\n2\n6\n");
        Assert.Equal([1, 2, 2, 6], Values(new NumberFeature("x") { Missing = MissingValues.Median, Standardize = false }));
        Assert.Equal([1, 3, 2, 6], Values(new NumberFeature("x") { Missing = MissingValues.Mean, Standardize = false }));
        Assert.Equal([1, 0, -7, 1, 2, 0, 6, 0], Values(new NumberFeature("x") { Missing = MissingValues.Constant, Constant = -7, Standardize = false, Indicator = true }));
        string message = Assert.Throws<InvalidDataException>(() => Values(new NumberFeature("x"))).Message;
        Assert.Contains("table.csv: row 2, column 'x': the value is missing", message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => Values(new NumberFeature("x") { Missing = MissingValues.Category }));

        float[] Values(TableFeature feature) => TableEncoding.Fit(table, [], [feature]).Features(table, Device.Cpu)[0].ToArray<float>();
    }

    [Fact]
    public void Categories_are_numbers_for_embeddings()
    {
        Table table = Read("size,town\n10,a\n9,b\n10,\n2,a\n");
        TableEncoding encoding = TableEncoding.Fit(
            table, [],
            [
                new CategoryFeature("size") { Embed = true, Unknown = UnknownCategory.Category, MinCount = 2 },
                new CategoryFeature("town") { Embed = true, Missing = MissingValues.Category, Indicator = true },
            ]);
        Assert.Equal(["10", "(unknown)"], encoding.Categories("size"));
        Assert.Equal(["a", "b", "(missing)"], encoding.Categories("town"));
        Assert.Equal(["size", "town"], encoding.EmbeddedColumns);
        IReadOnlyList<Tensor> features = encoding.Features(table, Device.Cpu);
        Assert.Equal([0, 0, 1, 0], features[0].ToArray<float>());
        Assert.Equal([0, 0, 1, 1, 0, 2, 1, 0], features[1].ToArray<int>());
        Assert.Equal(new Shape(4, 2), features[1].Shape);
        TableEncoding sizes = TableEncoding.Fit(table, [], [new CategoryFeature("size")]);
        Assert.Equal(["2", "9", "10"], sizes.Categories("size"));
    }

    [Fact]
    public void Unknown_categories_are_what_the_feature_says()
    {
        Table table = Read("t\na\nb\n");
        Table other = Read("t\nb\nc\n");
        Assert.Equal([0, 1, 0, 0], Values(new CategoryFeature("t") { Unknown = UnknownCategory.Zeros }));
        Assert.Equal([0, 1, 0, 0, 0, 1], Values(new CategoryFeature("t") { Unknown = UnknownCategory.Category }));
        string message = Assert.Throws<InvalidDataException>(() => Values(new CategoryFeature("t"))).Message;
        Assert.Contains("row 2, column 't': expected one of [a, b], and found 'c'", message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => Values(new CategoryFeature("t") { Unknown = UnknownCategory.Zeros, Embed = true }));
        Assert.Throws<ArgumentException>(() => Values(new CategoryFeature("t") { MinCount = 2 }));
        Assert.Equal([1, 0, 0, 0], TableEncoding.Fit(table, [], [new CategoryFeature("t") { Missing = MissingValues.Constant, Constant = "none" }])
            .Features(Read("t\na\n"), Device.Cpu)[0].ToArray<float>().Append(0));

        float[] Values(TableFeature feature) => TableEncoding.Fit(table, [], [feature]).Features(other, Device.Cpu)[0].ToArray<float>();
    }

    [Fact]
    public void Targets_are_labels_and_numbers()
    {
        Table table = Read("x,grade,a,b\n1,3,1,10\n2,1,3,20\n");
        TableEncoding encoding = TableEncoding.Fit(
            table, [new NumberTarget("a") { Standardize = true }, new ClassTarget("grade"), new NumberTarget("b")], [new NumberFeature("x")]);
        Dataset data = encoding.Apply(table, Device.Cpu);
        Assert.Equal([1, 0], data.AllTargets[0].ToArray<int>());
        Assert.Equal([-1, 10, 1, 20], data.AllTargets[1].ToArray<float>());
        Assert.Equal([1, 10, 3, 20], encoding.TargetNumbers(data.AllTargets[1]).ToArray<float>());
        Assert.Contains("[no, yes]", Assert.Throws<InvalidDataException>(() => TableEncoding
            .Fit(Read("x,y\n1,no\n2,yes\n"), [new ClassTarget("y")]).Apply(Read("x,y\n1,maybe\n"))).Message, StringComparison.Ordinal);
        Assert.Contains("DropMissing", Assert.Throws<InvalidDataException>(() => TableEncoding
            .Fit(Read("x,y\n1,no\n2,yes\n3,\n"), [new ClassTarget("y")]).Apply(Read("x,y\n1,\n"))).Message, StringComparison.Ordinal);
        Assert.Equal([1, 0], TableEncoding.Fit(Read("x,y\n1,no\n2,yes\n"), [new ClassTarget("y") { Classes = ["yes", "no"] }])
            .Apply(Read("x,y\n1,no\n2,yes\n"), Device.Cpu).Targets.ToArray<int>());
    }

    [Fact]
    public void What_is_saved_encodes_as_before()
    {
        Table table = Read("x,zip,day,y\n0.1,007,2024-01-01,no\n0.7,A,2024-02-01,yes\n,A,2024-03-01,no\n");
        TableEncoding encoding = TableEncoding.Fit(table, [new ClassTarget("y")]);
        encoding.Save(_folder["encoding.json"]);
        TableEncoding loaded = TableEncoding.Load(_folder["encoding.json"]);
        Assert.Equal(encoding.FeatureNames, loaded.FeatureNames);
        Assert.Equal(encoding.Features(table, Device.Cpu)[0].ToArray<float>(), loaded.Features(table, Device.Cpu)[0].ToArray<float>());
        Assert.DoesNotContain("0,1", File.ReadAllText(_folder["encoding.json"]), StringComparison.Ordinal);

        string message = Assert.Throws<InvalidDataException>(() => loaded.Features(Read("x,zip,day\n1,A,2024-01-01\n1.2.3,A,2024-01-01\n"))).Message;
        Assert.Contains("table.csv: row 2, column 'x': expected a Number", message, StringComparison.Ordinal);
        Assert.Contains("'1.2.3'", message, StringComparison.Ordinal);

        // New rows look like numbers by chance; the encoding knows better.
        string rows = "x,zip,day\n0.7,007,2024-02-01\n";
        Assert.Contains("Kinds", Assert.Throws<InvalidDataException>(() => loaded.Features(Read(rows))).Message, StringComparison.Ordinal);
        float[] row = loaded.Features(Read(rows, new CsvOptions { Kinds = loaded.Kinds }), Device.Cpu)[0].ToArray<float>();
        Assert.Equal(row, One(new() { ["x"] = 0.7, ["zip"] = "007", ["day"] = new DateTime(2024, 2, 1, 0, 0, 0, DateTimeKind.Utc), ["other"] = 3 }));
        Assert.Equal(row, One(new() { ["x"] = "0.7", ["zip"] = "007", ["day"] = "2024-02-01" }));
        Assert.Equal(row, One(JsonSerializer.Deserialize<Dictionary<string, object?>>("""{ "x": 0.7, "zip": "007", "day": "2024-02-01" }""")!));
        Assert.Equal(1, One(new() { ["x"] = null, ["zip"] = "007", ["day"] = "2024-02-01" })[1]);
        Assert.Contains("no 'zip'", Refused(new() { ["x"] = 1, ["day"] = "2024-02-01" }), StringComparison.Ordinal);
        Assert.Contains("expected a number", Refused(new() { ["x"] = "much", ["zip"] = "A", ["day"] = "2024-02-01" }), StringComparison.Ordinal);

        float[] One(Dictionary<string, object?> given) => loaded.Features(given, Device.Cpu)[0].ToArray<float>();
        string Refused(Dictionary<string, object?> given) => Assert.Throws<ArgumentException>(() => loaded.Features(given)).Message;
    }

    [Theory]
    [InlineData("", "expected a table's encoding")]
    [InlineData("{}", "expected a table's encoding")]
    [InlineData("""{ "version": 2, "features": [], "targets": [] }""", "version 2")]
    [InlineData("""{ "version": 1, "features": [], "targets": [] }""", "no features")]
    [InlineData("""{ "version": 1, "features": [{ "column": "x", "role": "NumberFeature", "kind": "Number", "deviation": 0 }], "targets": [] }""", "column 'x'")]
    [InlineData("""{ "version": 1, "features": [{ "column": "x", "role": "NumberFeature", "kind": "Text" }], "targets": [] }""", "made of text")]
    [InlineData("""{ "version": 1, "features": [{ "column": "x", "role": "Number" }], "targets": [] }""", "expected a table's encoding")]
    public void Files_that_are_no_encodings_are_refused(string text, string message)
    {
        File.WriteAllText(_folder["encoding.json"], text);
        string found = Assert.Throws<InvalidDataException>(() => TableEncoding.Load(_folder["encoding.json"])).Message;
        Assert.StartsWith(_folder["encoding.json"], found, StringComparison.Ordinal);
        Assert.Contains(message, found, StringComparison.Ordinal);
    }

    [Fact]
    public void What_does_not_go_together_is_refused()
    {
        Table table = Read("x,t,n\n1,a,\n2,b,\n");
        Assert.Contains("no column 'z'. It has: x, t, n", Refused([new NumberFeature("z")]), StringComparison.Ordinal);
        Assert.Contains("is text, such as 'a'", Refused([new NumberFeature("t")]), StringComparison.Ordinal);
        Assert.Contains("no values", Refused([new NumberFeature("n")]), StringComparison.Ordinal);
        Assert.Contains("named twice", Refused([new NumberFeature("x"), new CategoryFeature("x")]), StringComparison.Ordinal);
        Assert.Contains("at least one feature", Refused([]), StringComparison.Ordinal);
        string names = "name\n" + string.Join('\n', Enumerable.Range(0, 120).Select(static i => $"n{i}")) + "\n";
        Assert.Contains("120 different values", Assert.Throws<InvalidDataException>(() => TableFeature.Infer(Read(names))).Message, StringComparison.Ordinal);

        string Refused(TableFeature[] features) => Assert.Throws<ArgumentException>(() => TableEncoding.Fit(table, [], features)).Message;
    }

    private static void Equal(float[] expected, Tensor found)
    {
        float[] values = found.ToArray<float>();
        Assert.Equal(expected.Length, values.Length);
        for (int i = 0; i < values.Length; i++)
        {
            Assert.Equal(expected[i], values[i], 1e-6f);
        }
    }

    private Table Read(string text, CsvOptions? options = null)
    {
        File.WriteAllText(_folder["table.csv"], text);
        return Table.FromCsv(_folder["table.csv"], options);
    }
}
