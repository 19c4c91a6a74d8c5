using DeepSharp.Optim;
using DeepSharp.Testing;

namespace DeepSharp.Tests;

/// <summary>Thirty steps of every rule that PyTorch has, in its option combinations, against PyTorch.</summary>
public class TrajectoryTests
{
    public static IEnumerable<object[]> Names => Golden.Names("optimizers", TorchRules.Kinds);

    public static IEnumerable<object[]> Float64Names => Names.Where(static row => ((string)row[0]).EndsWith("/float64", StringComparison.Ordinal));

    public static IEnumerable<object[]> LbfgsNames => Golden.Names("optimizers", "lbfgs");

    public static IEnumerable<object[]> AdafactorNames => Golden.Names("optimizers", "adafactor");

    public static IEnumerable<object[]> OptionNames => Golden.Names("optimizer_options", TorchRules.Kinds);

    public static IEnumerable<object[]> LbfgsOptionNames => Golden.Names("optimizer_options", "lbfgs");

    // With the gradients that PyTorch gave to its rule, rounding does not carry over from step to step through the surface.
    [Theory]
    [MemberData(nameof(Names))]
    public void Steps_with_given_gradients_agree_with_PyTorch(string name)
    {
        GoldenCase golden = Golden.Load("optimizers")[name];
        DType dtype = golden.DType == "float32" ? DType.Float32 : DType.Float64;
        Parameter point = Surface.Point(golden.Options.Text("surface"), dtype);
        Optimizer optimizer = TorchRules.Make(golden.Kind, [point], golden.Options);
        double[] gradients = golden.Gradients["point"].ToDoubles();
        double[] points = new double[gradients.Length];
        for (int step = 0; step < gradients.Length / 2; step++)
        {
            point.Gradient!.CopyFrom(Tensor.From(gradients[(2 * step)..((2 * step) + 2)], Device.Cpu).To(dtype));
            optimizer.Step();
            point.Values().CopyTo(points, 2 * step);
        }

        double tolerance = dtype == DType.Float32 ? 1e-5 : 1e-10;
        golden.Outputs["points"].AssertClose(points, tolerance, tolerance);
    }

    [Theory]
    [MemberData(nameof(Float64Names))]
    public void Descent_on_a_surface_agrees_with_PyTorch(string name)
    {
        GoldenCase golden = Golden.Load("optimizers")[name];
        string surface = golden.Options.Text("surface");
        Parameter point = Surface.Point(surface, DType.Float64);
        Optimizer optimizer = TorchRules.Make(golden.Kind, [point], golden.Options);
        List<double> points = [];
        List<double> values = [];
        for (int step = 0; step < 30; step++)
        {
            using TensorScope scope = Tensor.Scope();
            values.Add(optimizer.Step(() => Surface.Loss(surface, point)).Item());
            points.AddRange(point.Values());
        }

        golden.Outputs["values"].AssertClose(values.ToArray(), 1e-10, 1e-10);
        golden.Outputs["points"].AssertClose(points.ToArray(), 1e-10, 1e-10);
    }

    // Every fifth point is recorded. In float32 the gradients are PyTorch's, as above.
    [Theory]
    [MemberData(nameof(OptionNames))]
    public void All_combinations_of_options_agree_with_PyTorch_up_and_down(string name)
    {
        GoldenCase golden = Golden.Load("optimizer_options")[name];
        bool single = golden.DType == "float32";
        foreach (bool maximize in (bool[])[false, true])
        {
            Parameter point = Surface.Point(golden.Options.Text("surface"), single ? DType.Float32 : DType.Float64);
            Optimizer optimizer = TorchRules.Make(golden.Kind, [point], golden.Options);
            optimizer.Groups[0].Maximize = maximize;
            int sign = maximize ? -1 : 1;
            List<double> points = [];
            for (int step = 1; step <= 30; step++)
            {
                using TensorScope scope = Tensor.Scope();
                if (single)
                {
                    double[] gradient = golden.Gradients["point"].ToDoubles()[((2 * step) - 2)..(2 * step)];
                    point.Gradient!.CopyFrom(Tensor.From([.. gradient.Select(g => sign * g)], Device.Cpu).To(DType.Float32));
                    optimizer.Step();
                }
                else
                {
                    optimizer.Step(() => sign * Surface.Loss(golden.Options.Text("surface"), point));
                }

                points.AddRange(step % 5 == 0 ? point.Values() : []);
            }

            double tolerance = single ? 1e-5 : 1e-10;
            golden.Outputs["points"].AssertClose(points.ToArray(), tolerance, tolerance);
        }
    }

    [Theory]
    [MemberData(nameof(LbfgsNames))]
    public void Lbfgs_agrees_with_PyTorch_in_points_and_evaluations(string name) => LbfgsAgrees(Golden.Load("optimizers")[name]);

    [Theory]
    [MemberData(nameof(LbfgsOptionNames))]
    public void All_combinations_of_options_of_Lbfgs_agree_with_PyTorch(string name) => LbfgsAgrees(Golden.Load("optimizer_options")[name]);

    // PyTorch adds no epsilon to squares and keeps its divisor above the machine epsilon, which these gradients never reach.
    [Theory]
    [MemberData(nameof(AdafactorNames))]
    public void Adafactor_agrees_with_PyTorch_on_matrices_and_vectors(string name)
    {
        GoldenCase golden = Golden.Load("optimizers")[name];
        GoldenOptions o = golden.Options;
        DType dtype = golden.DType == "float32" ? DType.Float32 : DType.Float64;
        GoldenArray[] starts = [.. golden.Inputs.All.Where(static array => !array.Name.StartsWith("gradient.", StringComparison.Ordinal))];
        Parameter[] parameters =
            [.. starts.Select(start => new Parameter(Tensor.From(start.ToDoubles(), new Shape([.. start.Shape]), Device.Cpu).To(dtype)))];
        Adafactor optimizer = new(parameters, new AdafactorOptions
        {
            LearningRate = o.Number("lr"),
            DecayPower = -o.Number("beta2_decay"),
            ClipThreshold = o.Number("d"),
            SmallestScale = o.Number("eps2"),
            WeightDecay = o.Number("weight_decay"),
            Maximize = o.Flag("maximize"),
        });
        List<double>[] points = [.. starts.Select(static _ => new List<double>())];
        for (int step = 1; step <= 30; step++)
        {
            for (int i = 0; i < starts.Length; i++)
            {
                double[] gradients = golden.Inputs["gradient." + starts[i].Name].ToDoubles();
                int count = starts[i].Count;
                parameters[i].Gradient!.CopyFrom(
                    Tensor.From(gradients[((step - 1) * count)..(step * count)], parameters[i].Shape, Device.Cpu).To(dtype));
            }

            optimizer.Step();
            for (int i = 0; i < starts.Length; i++)
            {
                points[i].AddRange(step % 5 == 0 ? parameters[i].Values() : []);
            }
        }

        double tolerance = dtype == DType.Float32 ? 1e-5 : 1e-10;
        for (int i = 0; i < starts.Length; i++)
        {
            golden.Outputs[starts[i].Name].AssertClose(points[i].ToArray(), tolerance, tolerance);
        }
    }

    [Theory]
    [InlineData("groups/sgd")]
    [InlineData("groups/adam")]
    [InlineData("groups/adamw")]
    public void Groups_agree_with_PyTorch(string name)
    {
        GoldenCase golden = Golden.Load("optimizers")[name + "/float64"];
        Parameter first = Surface.Point("quadratic", DType.Float64);
        Parameter second = Surface.Point("rosenbrock", DType.Float64);
        Optimizer optimizer = golden.Options.Text("rule") switch
        {
            "sgd" => new SGD([first], 0.01, 0.9).With(s => s.AddGroup([second], o => o with { LearningRate = 0.0005, WeightDecay = 0.1 })),
            "adam" => new Adam([first], 0.1).With(a => a.AddGroup([second], o => o with { LearningRate = 0.02, Beta1 = 0.8, Beta2 = 0.9 })),
            _ => new AdamW([first], 0.1, weightDecay: 0).With(a => a.AddGroup([second], o => o with { WeightDecay = 0.3 })),
        };
        List<double> quadratic = [];
        List<double> rosenbrock = [];
        for (int step = 0; step < 30; step++)
        {
            using TensorScope scope = Tensor.Scope();
            optimizer.Step(() => Surface.Quadratic(first) + Surface.Rosenbrock(second));
            quadratic.AddRange(first.Values());
            rosenbrock.AddRange(second.Values());
        }

        golden.Outputs["quadratic"].AssertClose(quadratic.ToArray(), 1e-10, 1e-10);
        golden.Outputs["rosenbrock"].AssertClose(rosenbrock.ToArray(), 1e-10, 1e-10);
    }

    private static void LbfgsAgrees(GoldenCase golden)
    {
        string surface = golden.Options.Text("surface");
        bool single = golden.DType == "float32";
        Parameter point = Surface.Point(surface, single ? DType.Float32 : DType.Float64);
        LBFGS optimizer = new([point], new LBFGSOptions
        {
            LearningRate = golden.Options.Number("lr"),
            Iterations = golden.Options.Integer("max_iter"),
            Evaluations = golden.Options.Integer("max_eval"),
            HistorySize = golden.Options.Integer("history_size"),
            GradientTolerance = golden.Options.Number("tolerance_grad"),
            ChangeTolerance = golden.Options.Number("tolerance_change"),
            LineSearch = !golden.Options.IsNull("line_search_fn"),
        });
        List<double> points = [];
        List<double> values = [];
        List<double> evaluations = [];
        for (int step = 0; step < golden.Outputs["values"].Count; step++)
        {
            using TensorScope scope = Tensor.Scope();
            values.Add(optimizer.Step(() => Surface.Loss(surface, point)).Item());
            points.AddRange(point.Values());
            evaluations.Add(optimizer.EvaluationCount);
        }

        golden.Outputs["evaluations"].AssertClose(evaluations.ToArray(), 0, 0);
        double tolerance = single ? 1e-5 : 1e-10;
        golden.Outputs["values"].AssertClose(values.ToArray(), tolerance, tolerance);
        golden.Outputs["points"].AssertClose(points.ToArray(), tolerance, tolerance);
    }
}
