using System.Globalization;
using System.Text.Json;
using DeepSharp.Layers;
using DeepSharp.Optim;
using DeepSharp.Training;

namespace DeepSharp.Tests;

/// <summary>Histories as files: what other programs read, and what comes back.</summary>
public class HistoryFileTests
{
    [Fact]
    public void Json_brings_everything_back_and_says_what_no_json_number_can()
    {
        using TemporaryFolder folder = new();
        History history = Made();
        history.SaveJson(folder["h.json"]);
        History read = History.LoadJson(folder["h.json"]);
        Assert.Equal(history.Epochs.SelectMany(static e => e.Values), read.Epochs.SelectMany(static e => e.Values));
        Assert.Equal(history.Epochs.Select(Rest), read.Epochs.Select(Rest));
        Assert.Equal((history.StoppedEarly, history.StopReason), (read.StoppedEarly, read.StopReason));
        using JsonDocument json = JsonDocument.Parse(File.ReadAllText(folder["h.json"]));
        JsonElement second = json.RootElement.GetProperty("epochs")[1];
        Assert.Equal(2, second.GetProperty("epoch").GetInt32());
        Assert.Equal("NaN", second.GetProperty("values").GetProperty("loss").GetString());
        Assert.Equal(0.1, second.GetProperty("learning_rate").GetDouble());

        static (int, double, double, double) Rest(EpochResult e) => (e.Epoch, e.LearningRate, e.Seconds, e.SamplesPerSecond);
    }

    [Fact]
    public void Other_texts_are_refused_with_their_path()
    {
        using TemporaryFolder folder = new();
        foreach (string text in (string[])["", "{", "[]", "{}", "{\"format\":\"deepsharp.history\"}", "{\"format\":\"deepsharp.history\",\"stopped_early\":false,\"epochs\":[{}]}"])
        {
            File.WriteAllText(folder["x"], text);
            Assert.Contains(folder["x"], Assert.Throws<InvalidDataException>(() => History.LoadJson(folder["x"])).Message, StringComparison.Ordinal);
        }

        Assert.Throws<FileNotFoundException>(() => History.LoadJson(folder["none"]));
    }

    [Fact]
    public void Csv_has_a_row_for_each_epoch()
    {
        using TemporaryFolder folder = new();
        Made().SaveCsv(folder["h.csv"]);
        Assert.Equal(
            "epoch,loss,\"a,\"\"b\",val_loss,learning_rate,seconds,samples_per_second\n1,0.30000000000000004,2,,0.5,1.25,60000\n2,NaN,,Infinity,0.1,2,1\n",
            File.ReadAllText(folder["h.csv"]));
    }

    [Fact]
    public void Logs_have_each_epoch_once_wherever_a_training_was_cut()
    {
        using TemporaryFolder folder = new();
        string path = folder["training.safetensors"];
        double[] losses = [];
        foreach (int cut in (int[])[3, 5, 7, int.MaxValue])
        {
            Dense model = Problem.LineModel();
            History history = model.Fit(
                Problem.Line(20), new SGD(model.Parameters(), 0.05), new MeanSquaredErrorLoss(), epochs: 3, batchSize: 4, validation: Problem.Line(4),
                callbacks: [new ModelCheckpoint(path), new CsvLogger(folder["log.csv"]), new JsonLinesLogger(folder["log.jsonl"]), ResumeTests.Stop(cut)],
                resumeFrom: TrainingCheckpoint.Latest(path));
            losses = [.. history["loss"]];
            string[] rows = File.ReadAllLines(folder["log.csv"]);
            Assert.Equal("epoch,loss,val_loss,learning_rate,seconds,samples_per_second", rows[0]);
            Assert.Equal(history.Epochs.Select(static e => $"{e.Epoch}"), rows[1..].Select(static row => row.Split(',')[0]));
            string[] lines = File.ReadAllLines(folder["log.jsonl"]);
            Assert.Equal(losses, lines.Select(static line => JsonDocument.Parse(line).RootElement.GetProperty("values").GetProperty("loss").GetDouble()));

            // As if the process had been killed after it logged an epoch and before it saved.
            File.AppendAllText(folder["log.csv"], "4,0,0,0,0,0\n");
            File.AppendAllText(folder["log.jsonl"], "{}\n");
        }

        Assert.Equal(3, losses.Length);
    }

    [Fact]
    public void Steps_are_logged_every_so_many_and_once_each_wherever_a_training_was_cut()
    {
        using TemporaryFolder folder = new();
        string[] whole = Steps(folder["whole.jsonl"], []);

        // Five batches an epoch: the lines of steps 2 and 4, of the epoch, of 6, 8 and 10, of the epoch, and so on.
        Assert.Equal(["2 1", "4 1", "1", "6 2", "8 2", "10 2", "2", "12 3", "14 3", "3"], whole.Select(static line => line.Split(':')[0]));
        Dictionary<int, double> losses = [];
        Dense model = Problem.LineModel();
        double sum = 0;
        LambdaCallback look = new() { BatchEnd = context => losses[(int)context.Steps] = context.Loss };
        model.Fit(Problem.Line(20), new SGD(model.Parameters(), 0.05), new MeanSquaredErrorLoss(), epochs: 3, batchSize: 4, callbacks: [look]);
        foreach (string line in whole.Where(static line => line.Contains(' ')))
        {
            int step = int.Parse(line.Split(' ')[0], CultureInfo.InvariantCulture);
            Assert.Equal(losses[step], double.Parse(line.Split(':')[1], CultureInfo.InvariantCulture));
            sum += losses[step];
        }

        Assert.True(sum > 0);
        foreach (int cut in (int[])[3, 5, 7, 11, int.MaxValue])
        {
            string[] resumed = Steps(folder["cut.jsonl"], [new ModelCheckpoint(folder["c"]), ResumeTests.Stop(cut)], TrainingCheckpoint.Latest(folder["c"]));
            Assert.Equal(whole[..resumed.Length], resumed);
            Assert.Equal(cut == int.MaxValue, resumed.Length == whole.Length);

            // As if the process had been killed when it had gone on, and in the middle of a line.
            File.AppendAllText(folder["cut.jsonl"], $"{{\"step\":{cut + 1L},\"epoch\":1,\"values\":{{}}}}\n{{\"step\":1,");
        }
    }

    private static string[] Steps(string path, ICallback[] callbacks, string? resumeFrom = null)
    {
        Dense model = Problem.LineModel();
        model.Fit(
            Problem.Line(20), new SGD(model.Parameters(), 0.05), new MeanSquaredErrorLoss(), epochs: 3, batchSize: 4,
            callbacks: [.. callbacks, new JsonLinesLogger(path, every: 2)], resumeFrom: resumeFrom);
        return [.. File.ReadAllLines(path).Select(static line => JsonDocument.Parse(line).RootElement).Select(static json =>
            $"{(json.TryGetProperty("step", out JsonElement step) ? $"{step} " : "")}{json.GetProperty("epoch")}:{json.GetProperty("values").GetProperty("loss").GetRawText()}")];
    }

    private static History Made()
    {
        History history = new() { StoppedEarly = true, StopReason = "\"so\"" };
        history.Add(new EpochResult(1, new Dictionary<string, double> { ["loss"] = 0.1 + 0.2, ["a,\"b"] = 2 }, 0.5, 1.25, 60000));
        history.Add(new EpochResult(2, new Dictionary<string, double> { ["loss"] = double.NaN, ["val_loss"] = double.PositiveInfinity }, 0.1, 2, 1));
        return history;
    }
}
