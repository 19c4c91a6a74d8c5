using DeepSharp.Tables;
using Microsoft.Data.Analysis;
using Parquet;
using Parquet.Schema;

namespace DeepSharp.Tests;

/// <summary>Files and frames that their own libraries have made.</summary>
public sealed class OtherTableTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Parquet_files_are_read()
    {
        DataField<int> count = new("count");
        DataField<double?> price = new("price");
        DataField<string> town = new("town");
        DataField<bool?> open = new("open");
        DataField<DateTime> day = new("day");
        await using (FileStream file = File.Create(_folder["a.parquet"]))
        await using (ParquetWriter writer = await ParquetWriter.CreateAsync(new ParquetSchema(count, price, town, open, day), file))
        {
            for (int group = 0; group < 2; group++)
            {
                using ParquetRowGroupWriter rows = writer.CreateRowGroup();
                await rows.WriteAsync<int>(count, new[] { 1 + group, 2 + group }.AsMemory());
                await rows.WriteAsync<double>(price, new double?[] { 0.5, null }.AsMemory());
                await rows.WriteAsync(town, ["Bern", null!]);
                await rows.WriteAsync<bool>(open, new bool?[] { null, true }.AsMemory());
                await rows.WriteAsync<DateTime>(day, new[] { new DateTime(1970, 1, 3, 12, 0, 0, DateTimeKind.Utc), DateTime.UnixEpoch }.AsMemory());
                rows.CompleteValidate();
            }
        }

        Table table = Table.FromParquet(_folder["a.parquet"]);
        Assert.Equal([1, 2, 2, 3], table.Numbers("count").ToArray());
        Assert.Equal([0.5, double.NaN, 0.5, double.NaN], table.Numbers("price").ToArray());
        Assert.Equal(["Bern", null, "Bern", null], table.Texts("town"));
        Assert.Equal([null, "true", null, "true"], table.Texts("open"));
        Assert.Equal([2.5, 0, 2.5, 0], table.Numbers("day").ToArray());
        Assert.Equal(["town", "day"], Table.FromParquet(_folder["a.parquet"], ["day", "town"]).Columns);
        Assert.Contains("expected a column 'x'", Bad(["x"]), StringComparison.Ordinal);
        File.WriteAllBytes(_folder["a.parquet"], File.ReadAllBytes(_folder["a.parquet"])[..100]);
        Assert.Contains("a.parquet: expected a Parquet file", Bad(null), StringComparison.Ordinal);
        Assert.Contains("found no file", Assert.Throws<FileNotFoundException>(() => Table.FromParquet(_folder["b.parquet"])).Message, StringComparison.Ordinal);

        string Bad(string[]? columns) => Assert.Throws<InvalidDataException>(() => Table.FromParquet(_folder["a.parquet"], columns)).Message;
    }

    [Fact]
    public void Data_frames_are_copied()
    {
        DataFrame frame = new(
            new PrimitiveDataFrameColumn<int>("count", new int?[] { 1, null }), new StringDataFrameColumn("town", ["Bern", null!]),
            new PrimitiveDataFrameColumn<bool>("open", new bool?[] { true, null }),
            new PrimitiveDataFrameColumn<DateTime>("day", [DateTime.UnixEpoch, DateTime.UnixEpoch.AddDays(1)]));
        Table table = Table.FromDataFrame(frame);
        Assert.Equal([1, double.NaN], table.Numbers("count").ToArray());
        Assert.Equal(["Bern", null], table.Texts("town"));
        Assert.Equal(["true", null], table.Texts("open"));
        Assert.Equal([0, 1], table.Numbers("day").ToArray());
        DataFrame letters = new(new PrimitiveDataFrameColumn<char>("letter", ['a', 'b']));
        Assert.Contains("column 'letter'", Assert.Throws<InvalidDataException>(() => Table.FromDataFrame(letters)).Message, StringComparison.Ordinal);
    }
}
