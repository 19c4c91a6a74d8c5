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

    private static History Made()
    {
        History history = new() { StoppedEarly = true, StopReason = "\"so\"" };
        history.Add(new EpochResult(1, new Dictionary<string, double> { ["loss"] = 0.1 + 0.2, ["a,\"b"] = 2 }, 0.5, 1.25, 60000));
        history.Add(new EpochResult(2, new Dictionary<string, double> { ["loss"] = double.NaN, ["val_loss"] = double.PositiveInfinity }, 0.1, 2, 1));
        return history;
    }
}
