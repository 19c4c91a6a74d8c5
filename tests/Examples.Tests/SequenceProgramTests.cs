using System.Globalization;
using System.Text.RegularExpressions;
using DeepSharp.Examples.CharTransformer;
using DeepSharp.Examples.SequenceClassification;

namespace DeepSharp.Tests;

/// <summary>The examples that read and write sequences come near what is possible, and not by a trick.</summary>
public sealed partial class SequenceProgramTests : IDisposable
{
    private readonly Device _default = Device.Default;

    public SequenceProgramTests() => Device.Default = Device.Cpu;

    public void Dispose() => Device.Default = _default;

    // Without a sense of order, three of four.
    [Theory]
    [InlineData("lstm")]
    [InlineData("gru")]
    public void A_recurrent_network_learns_the_order(string cell)
    {
        (int code, string output, string errors) = ExampleProgram.RunHere("SequenceClassification", "--cell", cell, "--length", "20", "--steps", "800");
        Assert.True(code == 0, errors);
        Assert.True(Number(@"test_accuracy=(\d\.\d{4}) without_order=0\.7500", output) > 0.95, output);
    }

    [Fact]
    public void The_classes_of_the_temporal_order_are_those_of_its_letters()
    {
        const int Longest = 30;
        TemporalOrder.Sample sample = new TemporalOrder(Longest, 1).Draw(500);
        long[] symbols = sample.Symbols.ToArray<long>();
        for (int i = 0; i < 500; i++)
        {
            Assert.InRange(sample.Lengths[i], Longest / 2, Longest);
            long[] own = symbols[(i * Longest)..((i + 1) * Longest)];
            Assert.All(own[sample.Lengths[i]..], static symbol => Assert.Equal(6, symbol));
            (long Symbol, int Place)[] marked = [.. own.Select(static (symbol, place) => (symbol, place)).Where(static at => at.symbol is 4 or 5)];
            Assert.Equal(2, marked.Length);
            Assert.Equal((2 * (marked[0].Symbol - 4)) + marked[1].Symbol - 4, sample.Classes.ToArray<long>()[i]);
            Assert.Equal(sample.Lengths[i] - marked[0].Place, sample.Lags[i]);
        }
    }

    [Theory]
    [InlineData("rnn")]
    [InlineData("gru")]
    [InlineData("lstm")]
    public void What_stands_behind_a_sequence_is_not_read(string cell)
    {
        Classifier model = new(cell, TemporalOrder.Symbols, 8, TemporalOrder.Classes, new Generator(1));
        TemporalOrder.Sample sample = new TemporalOrder(12, 1).Draw(20);
        long[] other = sample.Symbols.ToArray<long>();
        for (int i = 0; i < other.Length; i++)
        {
            other[i] = other[i] == 6 ? 4 : other[i];
        }

        Assert.Equal(
            model.Forward(sample.Symbols, sample.Lengths).ToArray<float>(), model.Forward(Tensor.From(other, [20, 12]), sample.Lengths).ToArray<float>());
    }

    [Fact]
    public void A_transformer_learns_more_than_how_often_a_letter_comes()
    {
        (int code, string output, string errors) = ExampleProgram.RunHere(
            "CharTransformer", "--steps", "80", "--context", "32", "--length", "20");
        Assert.True(code == 0, errors);
        double unigrams = Number(@"(\d\.\d{3})  order 0: how often each letter comes", output);
        double least = Number(@"(\d\.\d{3})  the choices that made", output);
        Assert.InRange(Number(@"(\d\.\d{3})  the transformer, on what it has not seen", output), least, unigrams);
        Assert.InRange(Number(@"(\d\.\d{3})  the transformer, on what it learned from", output), least, unigrams);
        Assert.Contains("without; the text is the same", output, StringComparison.Ordinal);
    }

    // Two and a half windows long: each that is full begins anew.
    [Fact]
    public void Letters_written_with_a_cache_are_those_without()
    {
        LanguageModel model = new(letters: 30, context: 16, new Generator(1));
        model.Eval();
        Writer greedy = new(model, temperature: 0, topK: 1, new Generator(1));
        long[] plain = [.. greedy.Write([3], 40, cached: false)];
        Assert.Equal(plain, greedy.Write([3], 40));
        Assert.NotEqual(1, plain.Distinct().Count());

        Writer dice = new(model, temperature: 1.5, topK: 5, new Generator(1));
        Writer again = new(model, temperature: 1.5, topK: 5, new Generator(1));
        Assert.Equal(dice.Write([3], 40, cached: false), again.Write([3], 40));
    }

    // The bits of a long text's choices come near those that the grammar's equations say, and sentences are what the grammar allows.
    [Fact]
    public void The_grammar_writes_as_many_bits_as_it_says()
    {
        (string text, double bits) = Grammar.Write(1_000_000, 1);
        Assert.Equal(Grammar.EntropyRate, bits / text.Length, 0.003);
        string[] clauses = [.. text.Split(".\n", StringSplitOptions.RemoveEmptyEntries).Take(1000)];
        Assert.All(clauses, static clause => Assert.Matches(Sentence(), clause));
    }

    [Fact]
    public void Entropies_are_those_of_counting()
    {
        string text = string.Concat(Enumerable.Repeat("ab", 50));
        Assert.Equal(1, Entropy.OfOrder(0, text), 1e-12);
        Assert.Equal(0, Entropy.OfOrder(1, text), 1e-12);

        // Behind a: 2 b and 1 c; behind b: 1 a; behind c: 1 a. Of five, three carry the entropy of (2/3, 1/3), 0.9183 bits.
        Assert.Equal(3 * 0.9182958340544896 / 5, Entropy.OfOrder(1, "abacab"), 1e-12);
    }

    [Theory]
    [InlineData("SequenceClassification", "no-such-cell", "--cell", "no-such-cell")]
    [InlineData("SequenceClassification", "--length must be a number", "--length", "2")]
    [InlineData("SequenceClassification", "--seed must be a number", "--seed", "-1")]
    [InlineData("CharTransformer", "could not find", "--text", "no-such-file.txt")]
    [InlineData("CharTransformer", "--text: the name of the file is empty", "--text", "")]
    [InlineData("CharTransformer", "--temperature must be a number", "--temperature", "-1")]
    [InlineData("CharTransformer", "--top-k must be a number", "--top-k", "0")]
    [InlineData("CharTransformer", "too few", "--context", "4000", "--text", "short.txt")]
    public void What_goes_wrong_is_told_in_a_line(string example, string said, params string[] arguments)
    {
        using TemporaryFolder folder = new();
        File.WriteAllText(folder["short.txt"], "a short text");
        (int code, string output, string errors) = ExampleProgram.RunHere(
            example, [.. arguments.Select(argument => argument == "short.txt" ? folder[argument] : argument)]);
        Assert.NotEqual(0, code);
        Assert.Contains(said, errors, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("   at ", errors + output, StringComparison.Ordinal);
    }

    // Lines of ten times as many steps, behind those that say what is done.
    [Theory]
    [InlineData("SequenceClassification", 4, 12, "--length", "20", "--steps", "100")]
    [InlineData("CharTransformer", 3, 11, "--context", "16", "--steps", "50", "--length", "1")]
    public void Training_leaves_nothing_behind(string example, int early, int late, params string[] arguments)
    {
        Watch watch = new(Device.Cpu);
        string[] lines = ExampleProgram.RunHere(example, watch.Look, arguments);
        Assert.StartsWith("step", lines[early - 1], StringComparison.Ordinal);
        Assert.StartsWith("step", lines[late - 1], StringComparison.Ordinal);

        // Each step has new arrays of the host, which the collector takes.
        watch.AssertFlat(early, late, managed: false);
    }

    private static double Number(string pattern, string text)
    {
        Match match = Regex.Match(text, pattern);
        Assert.True(match.Success, text);
        return double.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture);
    }

    [GeneratedRegex("^(the [a-z]+ says? that |the [a-z]+s say that )*the ([a-z]+ (that [a-z]+s .+ )?[a-z]+s|[a-z]+s (that [a-z]+ .+ )?[a-z]+) .+$")]
    private static partial Regex Sentence();
}
