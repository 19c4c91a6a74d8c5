using DeepSharp.Tables;
using DeepSharp.Testing;

namespace DeepSharp.Tests;

public class MutatedFileTests
{
    // Most damage to text is text.
    [Fact]
    public void Mutated_CSV_files()
    {
        using TemporaryFolder folder = new();
        File.WriteAllText(folder["a"], "age,town,ill,when\n31,Bern,no,2020-01-02\n64,\"Chur, GR\",yes,2021-12-31\n,\"a \"\"b\"\"\",no,\n1e3,Zürich,yes,1999-05-05\n");
        File.WriteAllText(folder["b"], "x,y\r\n1,2\r\n3,4\r\n");
        new MutatedFiles("a.csv", [folder["a"], folder["b"]], ",", "\"", "\"\"", "\n", "\r", "NaN", "nan", "1,5", ",,,,", "age") { LeastRefused = 0.05 }
            .Read(1500, static path => Table.FromCsv(path));
    }
}
