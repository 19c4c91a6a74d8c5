using DeepSharp.Optim;
using DeepSharp.Testing;

namespace DeepSharp.Tests;

/// <summary>Schedules against PyTorch: sixty steps, two base rates, and the momentum where it moves.</summary>
public class ScheduleGoldens
{
    public static IEnumerable<object[]> Names => Golden.Names(
        "schedules", "step", "multi_step", "exponential", "cosine", "cosine_restarts", "linear", "polynomial", "constant", "one_cycle",
        "cyclic", "chained", "sequential", "lambda", "multiplicative", "swa");

    public static IEnumerable<object[]> OptionNames => Golden.Names(
        "schedule_options", "step", "multi_step", "exponential", "cosine", "cosine_restarts", "linear", "polynomial", "constant", "one_cycle",
        "cyclic", "chained", "sequential", "swa");

    public static IEnumerable<object[]> PlateauNames => Golden.Names("schedules", "plateau");

    public static IEnumerable<object[]> PlateauOptionNames => Golden.Names("schedule_options", "plateau");

    [Theory]
    [MemberData(nameof(Names))]
    public void Rates_agree_with_PyTorch(string name)
    {
        GoldenCase golden = Golden.Load("schedules")[name];
        LearningRateSchedule schedule = Make(golden.Kind, golden.Options);
        int count = golden.Outputs["lr"].ToDoubles().Length;
        double[] steps = [.. Enumerable.Range(0, count).Select(static step => (double)step)];
        golden.Outputs["lr"].AssertClose(
            [.. steps.Select(t => schedule.Rate(golden.Options.Number("lr"), t))], relative: 1e-9, absolute: 1e-15);
        golden.Outputs["lr.second"].AssertClose(
            [.. steps.Select(t => schedule.Rate(golden.Options.Number("lr.second"), t))], relative: 1e-9, absolute: 1e-15);
        MomentumAgrees(golden, schedule);
    }

    [Theory]
    [MemberData(nameof(OptionNames))]
    public void Rates_with_all_combinations_of_options_agree_with_PyTorch(string name)
    {
        GoldenCase golden = Golden.Load("schedule_options")[name];
        LearningRateSchedule schedule = Make(golden.Kind, golden.Options);
        golden.Outputs["lr"].AssertClose(
            [.. Enumerable.Range(0, golden.Outputs["lr"].Count).Select(t => schedule.Rate(0.1, t))], relative: 1e-9, absolute: 1e-15);
        MomentumAgrees(golden, schedule);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void An_optimizer_follows_its_schedule_step_by_step(string name)
    {
        GoldenCase golden = Golden.Load("schedules")[name];
        SGD optimizer = new([new Parameter(Tensor.Zeros(1))], golden.Options.Number("lr"), golden.Options.Number("momentum"));
        ParameterGroup<SGDOptions> second = optimizer.AddGroup(
            [new Parameter(Tensor.Zeros(1))], options => options with { LearningRate = golden.Options.Number("lr.second") });
        optimizer.Schedule = Make(golden.Kind, golden.Options);
        List<double> rates = [];
        List<double> secondRates = [];
        List<double> momenta = [];
        foreach (double _ in golden.Outputs["lr"].ToDoubles())
        {
            rates.Add(optimizer.LearningRate);
            secondRates.Add(second.LearningRate);
            momenta.Add(optimizer.Options.Momentum);
            optimizer.Step();
        }

        golden.Outputs["lr"].AssertClose([.. rates], relative: 1e-9, absolute: 1e-15);
        golden.Outputs["lr.second"].AssertClose([.. secondRates], relative: 1e-9, absolute: 1e-15);
        if (golden.Outputs.Contains("momentum"))
        {
            golden.Outputs["momentum"].AssertClose([.. momenta], relative: 1e-9, absolute: 0);
        }
        else
        {
            Assert.All(momenta, static momentum => Assert.Equal(0.9, momentum));
        }
    }

    [Theory]
    [MemberData(nameof(PlateauNames))]
    public void Reductions_on_plateaus_agree_with_PyTorch(string name)
    {
        GoldenCase golden = Golden.Load("schedules")[name];
        ReductionsAgree(golden, golden.Inputs["series"].ToDoubles());
    }

    [Theory]
    [MemberData(nameof(PlateauOptionNames))]
    public void Reductions_with_all_combinations_of_options_agree_with_PyTorch(string name)
    {
        Golden family = Golden.Load("schedule_options");
        ReductionsAgree(family[name], family["series/" + family[name].Options.Text("mode")].Outputs["series"].ToDoubles());
    }

    private static void MomentumAgrees(GoldenCase golden, LearningRateSchedule schedule)
    {
        Assert.Equal(golden.Outputs.Contains("momentum"), schedule.CyclesMomentum);
        if (schedule.CyclesMomentum)
        {
            golden.Outputs["momentum"].AssertClose(
                [.. Enumerable.Range(0, golden.Outputs["momentum"].Count).Select(t => schedule.Momentum(0.9, t))], relative: 1e-9, absolute: 0);
        }
    }

    private static void ReductionsAgree(GoldenCase golden, double[] series)
    {
        GoldenOptions options = golden.Options;
        ReduceOnPlateau plateau = new(
            options.Text("mode", "min") == "min" ? PlateauMode.Min : PlateauMode.Max,
            options.Number("factor", 0.1),
            options.Integer("patience", 10),
            options.Number("threshold", 1e-4),
            options.Text("threshold_mode", "rel") == "rel" ? ThresholdMode.Relative : ThresholdMode.Absolute,
            options.Integer("cooldown", 0),
            options.Number("min_lr", 0),
            options.Number("eps", 1e-8));
        SGD optimizer = new([new Parameter(Tensor.Zeros(1))], options.Number("lr"));
        List<double> rates = [optimizer.LearningRate];
        foreach (double value in series)
        {
            plateau.Observe(optimizer, value);
            rates.Add(optimizer.LearningRate);
        }

        golden.Outputs["lr"].AssertClose([.. rates], relative: 1e-12, absolute: 0);
        golden.State["num_bad_epochs"].AssertClose([(double)plateau.BadObservations], 0, 0);
        golden.State["cooldown_counter"].AssertClose([(double)plateau.CooldownLeft], 0, 0);
        golden.State["best"].AssertClose([plateau.Best], 0, 0);
    }

    private static LearningRateSchedule Make(string kind, GoldenOptions options) => kind switch
    {
        "step" => new StepDecay(options.Integer("step_size"), options.Number("gamma", 0.1)),
        "multi_step" => new MultiStepDecay(options.Numbers("milestones"), options.Number("gamma", 0.1)),
        "exponential" => new ExponentialDecay(options.Number("gamma")),
        "cosine" => new CosineAnnealing(options.Number("T_max"), options.Number("eta_min", 0), periodic: true),
        "cosine_restarts" => new CosineRestarts(options.Number("T_0"), options.Number("T_mult", 1), options.Number("eta_min", 0)),
        "linear" => new LinearRate(
            options.Integer("total_iters", 5), options.Number("start_factor", 1.0 / 3), options.Number("end_factor", 1)),
        "polynomial" => new PolynomialDecay(options.Integer("total_iters"), options.Number("power", 1)),
        "constant" => new ConstantRate(options.Number("factor", 1.0 / 3)).Then(new ConstantRate(), options.Integer("total_iters", 5)),
        "one_cycle" => new OneCycle(
            options.Number("max_lr"),
            options.Integer("total_steps"),
            options.Number("pct_start", 0.3),
            options.Text("anneal_strategy", "cos") == "cos" ? Annealing.Cosine : Annealing.Linear,
            options.Flag("cycle_momentum", true),
            options.Number("base_momentum", 0.85),
            options.Number("max_momentum", 0.95),
            options.Number("div_factor", 25),
            options.Number("final_div_factor", 1e4),
            options.Flag("three_phase", false)),
        "cyclic" => new CyclicRate(
            options.Number("base_lr"),
            options.Number("max_lr"),
            options.Integer("step_size_up"),
            options.Contains("step_size_down") && !options.IsNull("step_size_down") ? options.Integer("step_size_down") : null,
            options.Text("mode", "triangular") switch
            {
                "triangular" => CycleShape.Triangular,
                "triangular2" => CycleShape.Triangular2,
                _ => CycleShape.ExponentialRange,
            },
            options.Number("gamma", 1),
            options.Flag("cycle_momentum", true),
            options.Number("base_momentum", 0.8),
            options.Number("max_momentum", 0.9)),
        "lambda" => CustomRate.FromFactor(options.Text("factor") switch
        {
            "1 / (1 + 0.1 * t)" => static t => 1 / (1 + (0.1 * t)),
            "t % 10 < 5 ? 1 : 0.5" => static t => t % 10 < 5 ? 1 : 0.5,
            string other => throw new ArgumentException($"The function '{other}' is not known.", nameof(options)),
        }),
        // The product of 0.9 for each of the first twenty steps.
        "multiplicative" => new ExponentialDecay(0.9).Then(new ConstantRate(Math.Pow(0.9, 20)), after: 20),
        "swa" => options.Text("anneal_strategy") == "linear"
            ? new PolynomialDecay(options.Integer("anneal_epochs"), power: 1, end: options.Number("swa_lr"))
            : new CosineAnnealing(options.Integer("anneal_epochs"), minimum: options.Number("swa_lr")),
        "chained" => Parts(options).Aggregate(static (first, second) => first.Times(second)),
        _ => new ScheduleSequence(Parts(options), options.Numbers("milestones")),
    };

    private static LearningRateSchedule[] Parts(GoldenOptions options) =>
        [.. options.NestedList("schedulers").Select(static part => Make(part.Text("kind"), part))];
}
