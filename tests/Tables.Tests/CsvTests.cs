using DeepSharp.Tables;

namespace DeepSharp.Tests;

/// <summary>CSV as people write it, by hand in the test.</summary>
public sealed class CsvTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Columns_are_numbers_dates_or_text()
    {
        Table table = Table.FromCsv(Write("age,town,day\n31.5,Bern,2024-02-29\n,\"Chur, GR\",1970-01-02\n-1e3,NA,\n"));
        Assert.Equal(3, table.Count);
        Assert.Equal(["age", "town", "day"], table.Columns);
        Assert.Equal([31.5, double.NaN, -1000], table.Numbers("age").ToArray());
        Assert.Equal(["Bern", "Chur, GR", null], table.Texts("town"));
        Assert.Equal(ColumnKind.Date, table.Kind("day"));

        // 54 years, 13 leap days before 2024, and January with 28 days of February.
        Assert.Equal([(54 * 365) + 13 + 31 + 28, 1, double.NaN], table.Numbers("day").ToArray());
        Assert.Equal(["31.5", null, "-1000"], table.Texts("age"));
    }

    [Fact]
    public void A_column_that_turns_out_to_be_text_keeps_the_texts_before()
    {
        Table table = Table.FromCsv(Write("zip,day,x\n007,2024-01-01,1\n1.0,2024-01-02,2\nA1,soon,3\n"));
        Assert.Equal(["007", "1.0", "A1"], table.Texts("zip"));
        Assert.Equal(["2024-01-01", "2024-01-02", "soon"], table.Texts("day"));
        Assert.Equal([1, 2, 3], table.Numbers("x").ToArray());
    }

    // Against .NET's own parser, bit by bit: digits of all lengths on both sides of the separator, signs, leading zeros.
    [Theory]
    [InlineData('.')]
    [InlineData(',')]
    public void Numbers_are_the_nearest_ones(char separator)
    {
        Random random = new(1);
        List<string> cells = ["-0", "0", "-0.0", "5.", ".5", "-.25", "+1", " 2 ", "1e3", "999999999999999", "9999999999999999", "0.1", "000000000000000000.3"];
        for (int i = 0; i < 20000; i++)
        {
            string whole = Digits(random.Next(1, 12));
            cells.Add((random.Next(2) == 0 ? "-" : "") + whole + (random.Next(4) == 0 ? "" : "." + Digits(random.Next(1, 12))));
        }

        CsvOptions options = new() { Delimiter = ';', DecimalSeparator = separator };
        Table table = Table.FromCsv(Write("x;y\n" + string.Concat(cells.Select(cell => $"{cell.Replace('.', separator)};0\n"))), options);
        Assert.Equal(
            cells.Select(static cell => BitConverter.DoubleToInt64Bits(double.Parse(cell, System.Globalization.CultureInfo.InvariantCulture))),
            table.Numbers("x").ToArray().Select(BitConverter.DoubleToInt64Bits));

        string Digits(int count) => string.Concat(Enumerable.Range(0, count).Select(_ => (char)('0' + random.Next(10))));
    }

    // More texts than there are forms of them, and many of one length with the same ends.
    [Fact]
    public void Texts_stay_apart_however_alike_they_are()
    {
        string[] texts = [.. Enumerable.Range(0, 3000).Select(static i => i % 3 == 0 ? $"a{i % 100:00}z" : i % 3 == 1 ? $"b{i}" : "same")];
        Table table = Table.FromCsv(Write("t,n\n" + string.Concat(texts.Select(static (text, i) => $"{text},{i}\n"))));
        Assert.Equal(texts, table.Texts("t"));
    }

    [Fact]
    public void Kinds_that_are_stated_hold()
    {
        CsvOptions options = new() { Kinds = new Dictionary<string, ColumnKind> { ["zip"] = ColumnKind.Text } };
        Assert.Equal(["007", "8"], Table.FromCsv(Write("zip\n007\n8\n"), options).Texts("zip"));
        string message = Bad("zip,x\n007,1\n8,1.2.3\n", new CsvOptions { Kinds = new Dictionary<string, ColumnKind> { ["x"] = ColumnKind.Number } });
        Assert.Contains("table.csv: row 2, column 'x': expected a number", message, StringComparison.Ordinal);
        Assert.Contains("found '1.2.3'", message, StringComparison.Ordinal);
        Assert.Contains("DecimalSeparator", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Numbers_are_those_of_the_file_not_of_the_machine()
    {
        Table german = Table.FromCsv(
            Write("preis;tag\n1.234,5;31.12.1969\n-0,25;1.1.1970\n"), new CsvOptions { DecimalSeparator = ',', ThousandsSeparator = '.', DateFormat = "d.M.yyyy" });
        Assert.Equal([1234.5, -0.25], german.Numbers("preis").ToArray());
        Assert.Equal([-1, 0], german.Numbers("tag").ToArray());

        // Without a word about it, 1,5 is no number.
        Assert.Equal(ColumnKind.Text, Table.FromCsv(Write("a;b\n1,5;2\n")).Kind("a"));
    }

    [Fact]
    public void Missing_values_may_be_numbers()
    {
        Table table = Table.FromCsv(Write("a\n1\n-999\n?\n"), new CsvOptions { Missing = ["?", "-999"] });
        Assert.Equal([1, double.NaN, double.NaN], table.Numbers("a").ToArray());
    }

    [Fact]
    public void Columns_are_chosen_and_headers_left_out()
    {
        Assert.Equal(["c", "a"], Table.FromCsv(Write("c,b,a\n1,2,3\n"), new CsvOptions { Columns = ["a", "c"] }).Columns);
        Table table = Table.FromCsv(Write("1|2\n3|4\n"), new CsvOptions { HasHeader = false, Delimiter = '|' });
        Assert.Equal([2, 4], table.Numbers("1").ToArray());
        Assert.Contains("expected a column 'd'", Bad("a,b\n1,2\n", new CsvOptions { Columns = ["d"] }), StringComparison.Ordinal);
    }

    [Fact]
    public void A_byte_order_mark_blank_lines_and_quoted_line_ends_are_no_cells()
    {
        Table table = Table.FromCsv(Write("\uFEFFa,b\r\n\"x\r\ny\",1\r\n\r\n\"say \"\"hi\"\"\",2\r\n"));
        Assert.Equal(["x\r\ny", "say \"hi\""], table.Texts("a"));
        Assert.Equal([1, 2], table.Numbers("b").ToArray());
    }

    [Theory]
    [InlineData("a,b\n1,2\n1,2,3\n", "row 2: expected 2 cells, as in the first line, and found 3")]
    [InlineData("a,b\n1,2\n1\n", "row 2: expected 2 cells, as in the first line, and found 1")]
    [InlineData("a,b\n1,\"x\n2,y\n", "row 1, cell 2 is not CSV as expected")]
    [InlineData("a,b\n1,\"x\"y\n", "row 1, cell 2 is not CSV as expected")]
    [InlineData("a,a\n1,2\n", "found 'a' twice")]
    [InlineData("", "is not CSV as expected")]
    public void Files_that_are_wrong_are_refused(string text, string message)
    {
        string found = Bad(text);
        Assert.StartsWith(_folder["table.csv"], found, StringComparison.Ordinal);
        Assert.Contains(message, found, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_is_not_there_is_named()
    {
        Assert.Contains("no.csv: expected a CSV file", Assert.Throws<FileNotFoundException>(() => Table.FromCsv(_folder["no.csv"])).Message, StringComparison.Ordinal);
        Assert.Contains("found a folder", Assert.Throws<FileNotFoundException>(() => Table.FromCsv(_folder["."])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Parts_together_are_the_table_and_rows_keep_their_numbers()
    {
        Table table = Table.FromCsv(Write("x\n" + string.Join('\n', Enumerable.Range(0, 100)) + "\n"));
        (Table first, Table second) = table.Split(0.8, seed: 3);
        Assert.Equal((80, 20), (first.Count, second.Count));
        Assert.Equal(Enumerable.Range(0, 100).Select(static i => (double)i), first.Numbers("x").ToArray().Concat(second.Numbers("x").ToArray()).Order());
        Assert.Equal(first.Numbers("x").ToArray(), table.Split(0.8, seed: 3).First.Numbers("x").ToArray());
        Assert.NotEqual(first.Numbers("x").ToArray(), table.Split(0.8, seed: 4).First.Numbers("x").ToArray());

        Table gaps = Table.FromCsv(Write("x,y\n1,a\n,b\n3,\n4,d\n"));
        Assert.Equal([1, 4], gaps.DropMissing().Numbers("x").ToArray());
        Assert.Equal(["b", "d"], gaps.DropMissing("y").Texts("y").Skip(1));
        TableEncoding encoding = TableEncoding.Fit(gaps.DropMissing(), [], [new NumberFeature("x")]);
        Assert.Contains("row 2, column 'x'", Assert.Throws<InvalidDataException>(() => encoding.Features(gaps.DropMissing("y"))).Message, StringComparison.Ordinal);
    }

    private string Bad(string text, CsvOptions? options = null) => Assert.Throws<InvalidDataException>(() => Table.FromCsv(Write(text), options)).Message;

    private string Write(string text)
    {
        File.WriteAllText(_folder["table.csv"], text);
        return _folder["table.csv"];
    }
}
