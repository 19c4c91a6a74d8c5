namespace DeepSharp.Testing.Tests;

public class GoldenTests
{
    [Fact]
    public void Every_family_is_there_and_says_which_torch_made_it()
    {
        string[] expected =
        [
            "activations", "affine", "arranging", "attention", "convolution", "derivatives", "functions", "half", "initializers", "layers", "losses",
            "metrics", "modules",
            "norms", "operators", "optimizer_options", "optimizers", "padding", "patches", "pooling", "products", "programs", "recurrent",
            "residual", "rows", "sample_weights", "schedule_options", "schedules", "second_order", "state_dicts", "training", "upsampling",
        ];

        Assert.Equal(expected, Golden.Families);
        Assert.All(expected, static family => Assert.StartsWith("2.6", Golden.Load(family).TorchVersion));
    }

    [Fact]
    public void Every_case_has_a_unique_name_of_its_kind_and_dtype_and_some_output()
    {
        foreach (var golden in Golden.Families.Select(Golden.Load))
        {
            Assert.Equal(golden.Cases.Count, golden.Cases.Select(static item => item.Name).Distinct().Count());
            Assert.All(golden.Cases, item =>
            {
                Assert.StartsWith(item.Kind, item.Name);
                Assert.EndsWith(item.DType, item.Name);
                Assert.NotEmpty(item.Outputs.All);
                Assert.Same(item, golden[item.Name]);
            });
        }
    }

    [Fact]
    public void Floating_point_arrays_have_the_dtype_of_their_case()
    {
        var cases = Golden.Families.SelectMany(static family => Golden.Load(family).Cases);
        foreach (var item in cases.Where(static item => item.DType.Length > 0))
        {
            GoldenArrays[] groups = [item.Inputs, item.OutputGradients, item.Outputs, item.Gradients];
            string[] dtypes = [item.DType, "int64", "bool"];
            Assert.All(groups.SelectMany(static group => group.All), array => Assert.Contains(array.DType, dtypes));
        }
    }

    [Theory]
    [InlineData("linear/5x6 to 3/float64", 1e-14)]
    [InlineData("linear/5x6 to 3/float32", 1e-6)]
    public void Linear_agrees_with_a_sum_of_products(string name, double tolerance)
    {
        var item = Golden.Load("layers")[name];
        var (input, weight, bias) = (item.Inputs["input"], item.Inputs["weight"], item.Inputs["bias"]);
        var (rows, inner, columns) = (input.Shape[0], input.Shape[1], weight.Shape[0]);
        var (x, w, b) = (input.ToDoubles(), weight.ToDoubles(), bias.ToDoubles());
        var output = new double[rows * columns];
        for (var row = 0; row < rows; row++)
        {
            for (var column = 0; column < columns; column++)
            {
                output[row * columns + column] = b[column];
                for (var k = 0; k < inner; k++)
                    output[row * columns + column] += x[row * inner + k] * w[column * inner + k];
            }
        }

        item.Outputs["output"].AssertClose(output, tolerance, tolerance);
        double[] wrong = [.. output.Select(static value => value + 1e-4)];
        Assert.Throws<GoldenMismatchException>(() => item.Outputs["output"].AssertClose(wrong, tolerance, tolerance));
    }

    [Fact]
    public void Mean_squared_error_and_its_gradient_agree_with_the_formula()
    {
        var item = Golden.Load("losses")["mse/mean/float64"];
        var (x, t) = (item.Inputs["input"].ToDoubles(), item.Inputs["target"].ToDoubles());
        var upstream = item.OutputGradients["output"].Scalar;

        item.Outputs["output"].AssertClose([x.Zip(t, static (a, b) => (a - b) * (a - b)).Average()], 1e-14, 0);
        item.Gradients["input"].AssertClose([.. x.Zip(t, (a, b) => 2 * (a - b) * upstream / x.Length)], 1e-14, 1e-16);
    }

    [Fact]
    public void A_plain_step_of_gradient_descent_moves_by_rate_times_gradient()
    {
        var item = Golden.Load("optimizers")["sgd/quadratic, default/float64"];
        var rate = item.Options.Number("lr");
        var (start, gradient) = (item.Inputs["start"].ToDoubles(), item.Gradients["point"].ToDoubles());
        var points = item.Outputs["points"].ToDoubles();

        Assert.Equal([2 * 25 * start[0] + 3 * start[1], 3 * start[0] + start[1]], gradient[..2]);
        Assert.Equal([30, 2], item.Outputs["points"].Shape);
        for (var axis = 0; axis < 2; axis++)
            Assert.Equal(start[axis] - rate * gradient[axis], points[axis], 1e-15);
        Assert.True(item.Options.IsNull("momentum") || item.Options.Number("momentum") == 0);
    }

    [Fact]
    public void Values_are_read_as_their_own_dtype()
    {
        var losses = Golden.Load("losses");
        var single = losses["cross_entropy_probabilities/plain, mean/float32"].Inputs["target"];
        var twice = losses["cross_entropy_probabilities/plain, mean/float64"].Inputs["target"];

        Assert.Equal([0.1f, 0.2f, 0.3f, 0.4f], single.ToFloats()[..4]);
        Assert.Equal([(double)0.1f, (double)0.2f, (double)0.3f, (double)0.4f], single.ToDoubles()[..4]);
        Assert.Equal([0.1, 0.2, 0.3, 0.4], twice.ToDoubles()[..4]);
        Assert.Equal([5, 4], twice.Shape);
    }

    [Fact]
    public void Integers_and_booleans_keep_their_type()
    {
        var labels = Golden.Load("losses")["cross_entropy/labels, mean/float32"].Inputs["target"];
        var condition = Golden.Load("operators")["where/3x4 3x4 3x4/float32"].Inputs["condition"];

        Assert.Equal([3, 0, 1, 1, 2, 3], labels.ToIntegers());
        Assert.Equal(12, condition.ToBooleans().Length);
        Assert.Throws<InvalidOperationException>(() => labels.ToBooleans());
        Assert.Throws<InvalidOperationException>(() => Golden.Load("losses")["mse/mean/float32"].Inputs["input"].ToIntegers());
    }

    [Fact]
    public void Options_are_typed_and_missing_ones_are_named()
    {
        var options = Golden.Load("layers")["batch_norm/cumulative average/float32"].Options;

        Assert.True(options.IsNull("momentum"));
        Assert.True(options.Flag("affine"));
        Assert.Equal(1e-5, options.Number("eps"));
        Assert.Equal(7, options.Integer("absent", 7));
        Assert.Contains("track_running_stats", Assert.Throws<KeyNotFoundException>(() => options.Number("rate")).Message);
        Assert.Throws<InvalidOperationException>(() => options.Text("eps"));
        Assert.Equal([0.8, 0.9], Golden.Load("optimizers")["groups/adam/float64"].Options.Nested("second").Numbers("betas"));
        Assert.Equal(["linear", "exponential"],
            Golden.Load("schedules").Of("chained").Single().Options.NestedList("schedulers").Select(static part => part.Text("kind")));
    }

    [Fact]
    public void Mismatches_name_the_case_the_index_and_both_values()
    {
        var output = Golden.Load("activations")["relu/large/float32"].Outputs["output"];
        var values = output.ToFloats();
        output.AssertClose(values, 0, 0);

        values[7] += 1;
        var message = Assert.Throws<GoldenMismatchException>(() => output.AssertClose(values, 0, 0.5)).Message;
        Assert.Contains("relu/large/float32", message);
        Assert.Contains("index 7", message);
        Assert.Contains("expected 30, found 31", message);

        values[7] = float.NaN;
        Assert.Contains("NaN", Assert.Throws<GoldenMismatchException>(() => output.AssertClose(values, 1, 1)).Message);
        Assert.Throws<GoldenMismatchException>(() => output.AssertClose(values.AsSpan(1), 1, 1));
    }

    [Fact]
    public void Unknown_families_kinds_cases_and_arrays_are_errors_that_name_what_there_is()
    {
        Assert.Contains("losses", Assert.Throws<FileNotFoundException>(() => Golden.Load("lossses")).Message);
        Assert.Throws<ArgumentException>(() => Golden.Names("losses", "mse", "no such kind"));
        Assert.Contains("mse/mean/float32", Assert.Throws<KeyNotFoundException>(() => Golden.Load("losses")["mse/average"]).Message);
        var inputs = Golden.Load("losses")["mse/mean/float32"].Inputs;
        Assert.Contains("target", Assert.Throws<KeyNotFoundException>(() => inputs["labels"]).Message);
        Assert.Equal(6, Golden.Names("losses", "mse").Count());
    }
}
