using DeepSharp.Data;
using DeepSharp.Layers;
using DeepSharp.Optim;
using DeepSharp.Training;

namespace DeepSharp.Tests;

/// <summary>A training that is cut short anywhere and goes on from its file comes to the bits of one that was not.</summary>
public class ResumeTests
{
    private const int Epochs = 3;

    private static readonly Dictionary<string, Func<IEnumerable<Parameter>, Optimizer>> s_optimizers = new()
    {
        ["SGD"] = static p => new SGD(p, 0.05),
        ["momentum"] = static p => new SGD(p, 0.05, momentum: 0.9, nesterov: true),
        ["average"] = static p => new SGD(p, 0.05, 0.9, form: MomentumForm.Average, biasCorrection: true),
        ["NesterovAccelerated"] = static p => new NesterovAccelerated(p, 0.05),
        ["DeltaBarDelta"] = static p => new DeltaBarDelta(p, 0.01, momentum: 0.5),
        ["Rprop"] = static p => new Rprop(p, 0.01),
        ["Adagrad"] = static p => new Adagrad(p, 0.05),
        ["RMSProp"] = static p => new RMSProp(p, 0.01, momentum: 0.9, centered: true),
        ["Adadelta"] = static p => new Adadelta(p, 1),
        ["Adam"] = static p => new Adam(p, 0.02),
        ["AMSGrad"] = static p => new Adam(p, 0.02, amsGrad: true),
        ["AdamW"] = static p => new AdamW(p, 0.02),
        ["Adamax"] = static p => new Adamax(p, 0.02),
        ["NAdam"] = static p => new NAdam(p, 0.02),
        ["RAdam"] = static p => new RAdam(p, 0.02),
        ["ASGD"] = static p => new ASGD(p, 0.05, averagingStart: 3),
        ["Lion"] = static p => new Lion(p, 0.002),
        ["ScheduleFreeAdamW"] = static p => new ScheduleFreeAdamW(p, 0.02, warmupSteps: 5),
        ["LARS"] = static p => new LARS(p, 0.5),
        ["LAMB"] = static p => new LAMB(p, 0.02),
        ["Adafactor"] = static p => new Adafactor(p, 0.02),
        ["Muon"] = static p => new Muon(p.Where(static one => one.Rank == 2), 0.02),
        ["LBFGS"] = static p => new LBFGS(p, 1, iterations: 2, historySize: 3, lineSearch: true),
        ["NewtonCG"] = static p => new NewtonCG(p, 1, iterations: 3),
        ["Lookahead"] = static p => new Lookahead(new Adam(p, 0.02), steps: 3),
        ["clipped"] = static p => new Adam(p, 0.02) { Clipping = GradientClipping.ByGlobalNorm(0.1) },
        ["schedule"] = static p => new SGD(p, 0.05, momentum: 0.9) { Schedule = new OneCycle(0.1, 30) },
    };

    public static TheoryData<string> Optimizers => [.. s_optimizers.Keys];

    [Theory]
    [MemberData(nameof(Optimizers))]
    public void Every_optimizer_goes_on_to_the_bit_from_the_middle_of_an_epoch_and_from_its_end(string name)
    {
        Assert.Equal(Epochs, AssertGoesOn(new Case(s_optimizers[name]), [3, 5, 7]));
    }

    [Theory]
    [InlineData("SGD")]
    [InlineData("Adam")]
    [InlineData("Lookahead")]
    public void So_it_is_on_a_GPU(string name) => AssertGoesOn(new Case(s_optimizers[name]) { Device = TestDevice.Gpu, Samples = 20 }, [2, 3]);

    [Fact]
    public void Float16_and_its_scaler_go_on() => AssertGoesOn(
        new Case(s_optimizers["Adam"]) { Precision = DType.Float16, Scaler = static () => new LossScaler(growthInterval: 3) }, [2, 5, 9]);

    [Fact]
    public void A_pinned_order_a_split_and_added_gradients_go_on()
    {
        AssertGoesOn(new Case(s_optimizers["Adam"]) { FirstEpoch = 7, Split = 0.2, Accumulate = 3 }, [1, 2, 3]);
        AssertGoesOn(new Case(s_optimizers["Adam"]) { DropLast = true, Accumulate = 2 }, [1, 4]);
    }

    [Fact]
    public void Callbacks_go_on()
    {
        AssertGoesOn(new Case(s_optimizers["momentum"]) { Callbacks = static _ => [new LearningRateScheduler(new InverseTimeDecay(0.1), ScheduleUnit.Step)] }, [3, 5, 7]);
        AssertGoesOn(new Case(s_optimizers["momentum"]) { Callbacks = static _ => [new LearningRateScheduler(new StepDecay(1, 0.5))] }, [3, 5, 7]);
        AssertGoesOn(
            new Case(s_optimizers["momentum"]) { Callbacks = static _ => [new PlateauScheduler(new ReduceOnPlateau(factor: 0.5, patience: 0, threshold: 1), "loss")] }, [3, 5, 7, 10]);
        AssertGoesOn(
            new Case(s_optimizers["momentum"])
            {
                Callbacks = static model => [new WeightAveraging(new ExponentialWeightAverage(model.Parameters(), 0.9)), new EarlyStopping("loss", 9)],
            },
            [3, 5, 7]);

        // The rate is so large that the first epoch is the best one, and the second the last.
        int epochs = AssertGoesOn(
            new Case(static p => new SGD(p, 1e4)) { Callbacks = static _ => [new EarlyStopping("val_loss", 1)], Split = 0.2 }, [5, 6], stopsEarly: true);
        Assert.InRange(epochs, 2, 2);
    }

    [Fact]
    public void Killed_after_each_step_it_still_arrives()
    {
        AssertGoesOn(new Case(s_optimizers["Adam"]), [.. Enumerable.Range(1, 14)]);
    }

    [Fact]
    public void What_is_not_the_same_is_refused_with_its_name_and_changes_nothing()
    {
        using TemporaryFolder folder = new();
        string path = folder["training.safetensors"];
        Dataset data = Problem.Rings(40);
        Sequential saved = Problem.Classifier(1);
        saved.Fit(data, Problem.Adam(saved), batchSize: 8, seed: 6, metrics: [new Accuracy()], callbacks: [new ModelCheckpoint(path)]);

        Sequential model = Problem.Classifier(1);
        Optimizer adam = Problem.Adam(model);
        Dictionary<string, float[]> before = Problem.Values(model);
        Refused(["seed is 6 there and 7 here"], () => model.Fit(data, adam, batchSize: 8, seed: 7, epochs: 2, resumeFrom: path));
        Refused(["batchSize is 8 there and 4 here", "dropLast is false there and true here"], () => model.Fit(data, adam, batchSize: 4, seed: 6, dropLast: true, resumeFrom: path));
        Refused(["training samples is 40 there and 38 here"], () => model.Fit(Problem.Rings(38), adam, batchSize: 8, seed: 6, resumeFrom: path));
        Refused(["optimizer", "SGD"], () => model.Fit(data, new SGD(model.Parameters(), 0.1, 0.9), batchSize: 8, seed: 6, resumeFrom: path));
        Sequential other = Problem.Classifier(2);
        Refused(["generators of the seeds [1] there and [2] here"], () => other.Fit(data, Problem.Adam(other), batchSize: 8, seed: 6, resumeFrom: path));
        Sequential wide = [new Dense(2, 3, device: Device.Cpu), new Dense(3, 2, device: Device.Cpu)];
        Refused(["generators"], () => wide.Fit(data, Problem.Adam(wide), batchSize: 8, seed: 6, resumeFrom: path));
        Assert.Throws<FileNotFoundException>(() => model.Fit(data, adam, batchSize: 8, seed: 6, resumeFrom: folder["none"]));
        Assert.Equal(before, Problem.Values(model));
        Assert.Equal(0, adam.StepCount);

        // All epochs are done: nothing happens but that everything is there.
        History history = model.Fit(data, adam, batchSize: 8, seed: 6, resumeFrom: path);
        Assert.Single(history.Epochs);
        Assert.False(history.StoppedEarly);
        Assert.Equal(Problem.Values(saved), Problem.Values(model));

        static void Refused(string[] says, Action call)
        {
            string message = Assert.Throws<ArgumentException>(call).Message;
            Assert.All(says, part => Assert.Contains(part, message, StringComparison.Ordinal));
        }
    }

    [Fact]
    public void A_metric_without_a_state_goes_on_between_epochs_only()
    {
        using TemporaryFolder folder = new();
        string path = folder["training.safetensors"];
        Dataset data = Problem.Rings(40);
        Case what = new(s_optimizers["SGD"]);
        Sequential model = Problem.Classifier(1);
        model.Fit(data, Problem.Adam(model), batchSize: 8, epochs: 2, metrics: [new Silent()], callbacks: [new ModelCheckpoint(path, everySteps: 7, everyEpochs: 0), Stop(7)]);
        Sequential other = Problem.Classifier(1);
        string message = Assert.Throws<ArgumentException>(() => other.Fit(data, Problem.Adam(other), batchSize: 8, epochs: 2, metrics: [new Silent()], resumeFrom: path)).Message;
        Assert.Contains("'silent'", message, StringComparison.Ordinal);
        Assert.Equal(2, other.Fit(data, Problem.Adam(other), batchSize: 8, epochs: 2, resumeFrom: path).Epochs.Count);
    }

    [Fact]
    public void A_loop_by_hand_goes_on_with_all_it_adds()
    {
        using TemporaryFolder folder = new();
        string path = folder["training.safetensors"];
        Dataset data = Problem.Rings(40);
        Dictionary<string, float[]> whole = Loop(int.MaxValue);
        int runs = 0;
        Dictionary<string, float[]> pieces;
        File.Delete(path);
        do
        {
            pieces = Loop(4);
            runs++;
        }
        while (new TrainingCheckpoint(Problem.Classifier(1)) is var seen && Done(seen) <= 3);

        Assert.InRange(runs, 4, 5);
        Assert.Equal(whole, pieces);

        int Done(TrainingCheckpoint seen)
        {
            seen.Load(path);
            return seen.Epoch;
        }

        Dictionary<string, float[]> Loop(int steps)
        {
            Generator.Default = new Generator(11);
            Sequential model = [.. Problem.Classifier(1), new Dropout(0.1)];
            Adam optimizer = new(model.Parameters(), 0.02);
            ExponentialWeightAverage average = new(model.Parameters(), 0.9);
            TrainingCheckpoint checkpoint = new(model, optimizer);
            checkpoint.Add("average", average.State, average.LoadState);
            checkpoint.Settings["seed"] = "5";
            if (File.Exists(path))
            {
                checkpoint.Load(path);
            }

            for (; checkpoint.Epoch <= 3; checkpoint.NextEpoch())
            {
                foreach ((Tensor x, Tensor y) in data.Batches(8, seed: 5, epoch: checkpoint.Epoch).Skip(checkpoint.Batch))
                {
                    optimizer.ZeroGradients();
                    new CrossEntropyLoss().Compute(model.Forward(x), y).Backward();
                    optimizer.Step();
                    average.Update();
                    checkpoint.Batch++;
                    if (--steps == 0)
                    {
                        checkpoint.Save(path);
                        return [];
                    }
                }
            }

            checkpoint.Save(path);
            average.CopyToParameters();
            return Problem.Values(model);
        }
    }

    /// <summary>Stops a training after so many steps in all.</summary>
    internal static LambdaCallback Stop(int steps, CancellationTokenSource? source = null) => new()
    {
        BatchEnd = context =>
        {
            if (context.Steps >= steps && source is null)
            {
                context.Stop();
            }
            else if (context.Steps >= steps)
            {
                source!.Cancel();
            }
        },
    };

    // Trains at once, and once cut short after each of so many steps; gives the epochs of the first.
    private static int AssertGoesOn(Case what, int[] cuts, bool stopsEarly = false)
    {
        using TemporaryFolder folder = new();
        string path = folder["training.safetensors"];
        Result whole = what.Run();
        Assert.Equal(stopsEarly, whole.History.StoppedEarly);
        foreach (int cut in cuts)
        {
            using CancellationTokenSource source = new();
            History broken = what.Run([new ModelCheckpoint(path), Stop(cut, source)], null, source.Token).History;
            Assert.True(broken.StoppedEarly);
            Assert.Equal(["training.safetensors"], folder.Files);

            // What was drawn meanwhile must not matter.
            Result rest = what.Run([], path);
            Assert.Equal(whole.Weights, rest.Weights);
            Assert.Equal(whole.Optimizer, rest.Optimizer);
            Assert.Equal(whole.History.Epochs.Select(static e => (e.Epoch, e.LearningRate)), rest.History.Epochs.Select(static e => (e.Epoch, e.LearningRate)));
            Assert.Equal(whole.History.Epochs.SelectMany(static e => e.Values), rest.History.Epochs.SelectMany(static e => e.Values));
            Assert.Equal((whole.History.StoppedEarly, whole.History.StopReason), (rest.History.StoppedEarly, rest.History.StopReason));
        }

        return whole.History.Epochs.Count;
    }

    private sealed record Result(Dictionary<string, float[]> Weights, Dictionary<string, double[]> Optimizer, History History);

    private sealed record Case(Func<IEnumerable<Parameter>, Optimizer> Make)
    {
        internal Device Device { get; init; } = Device.Cpu;

        internal int Samples { get; init; } = 38;

        internal DType Precision { get; init; } = DType.Float32;

        internal Func<LossScaler?> Scaler { get; init; } = static () => null;

        internal int? FirstEpoch { get; init; }

        internal double Split { get; init; }

        internal int Accumulate { get; init; } = 1;

        internal bool DropLast { get; init; }

        internal Func<Module, ICallback[]> Callbacks { get; init; } = static _ => [];

        internal Result Run(ICallback[]? more = null, string? resumeFrom = null, CancellationToken cancellation = default)
        {
            // Dropout of two kinds: of a generator of its own, and of the default one.
            Generator.Default = new Generator(resumeFrom is null ? 11UL : 12);
            Sequential model = [.. Problem.Classifier(1, Device), new Dropout(0.1)];
            Optimizer optimizer = Make(model.Parameters());
            History history = model.Fit(
                Problem.Rings(Samples, Device), optimizer, epochs: Epochs, batchSize: 8, metrics: [new Accuracy()], seed: 6, validationSplit: Split,
                callbacks: [.. Callbacks(model), .. more ?? []], mixedPrecision: Precision, lossScaler: Scaler(), firstEpoch: FirstEpoch, accumulate: Accumulate,
                dropLast: DropLast, resumeFrom: resumeFrom, cancellationToken: cancellation);
            return new Result(
                Problem.Values(model), optimizer.State().ToDictionary(static pair => pair.Key, static pair => pair.Value.To(Device.Cpu).To(DType.Float64).ToArray<double>()), history);
        }
    }

    private sealed class Silent : Metric
    {
        public override string Name => "silent";

        public override void Update(Tensor prediction, Tensor target)
        {
        }

        public override double Result() => 1;

        public override void Reset()
        {
        }
    }
}
