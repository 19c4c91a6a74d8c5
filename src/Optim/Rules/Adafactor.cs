using DeepSharp.Kernels;

namespace DeepSharp.Optim;

/// <summary>
/// Adafactor: Adam without momentum whose mean squares of a matrix are kept as those of its rows and columns: memory for n + m numbers
/// instead of n m.
/// </summary>
/// <remarks>
/// <para>r ← b r + (1 - b) mean over columns of (g² + epsilon), c likewise over rows, V = r cᵀ / mean(r), with b = 1 - t^-decayPower;
/// vectors keep V = b V + (1 - b)(g² + epsilon) as it is. U = g / sqrt(V), limited to U / max(1, RMS(U) / clipThreshold), and w ← w - a U
/// with a = max(smallestScale, RMS(w)) min(learningRate, 1 / sqrt(t)); without scaling by parameter, a = min(learningRate, 1 /
/// sqrt(t)).</para>
/// <para>A square counts as at most the largest number of the element type over the number of elements, so that means stay finite. The last two
/// axes make the matrix. About twenty launches for each parameter. Weight decay is decoupled, w ← (1 - min(learningRate,
/// 1 / sqrt(t)) weightDecay) w, unless the options add it to g. State: row and column, or square. Source: Shazeer, Stern 2018,
/// algorithms 4 to 6.</para>
/// </remarks>
public sealed class Adafactor : Optimizer<AdafactorOptions>
{
    /// <summary>An optimizer of parameters.</summary>
    /// <param name="parameters">The parameters to train.</param>
    /// <param name="learningRate">The largest relative step; schedules multiply it.</param>
    /// <param name="decayPower">How fast b goes to 1.</param>
    /// <param name="epsilon">Is added to the squared gradient.</param>
    /// <param name="clipThreshold">The largest root mean square of a step before its scale.</param>
    /// <param name="smallestScale">The least root mean square a parameter counts as.</param>
    /// <param name="scalesByParameter">Whether steps are in proportion to the parameter.</param>
    /// <param name="weightDecay">The strength of the decay.</param>
    /// <exception cref="ArgumentException">A value is out of range, there is no parameter, or one is given twice.</exception>
    public Adafactor(
        IEnumerable<Parameter> parameters,
        double learningRate = 1e-2,
        double decayPower = 0.8,
        double epsilon = 1e-30,
        double clipThreshold = 1,
        double smallestScale = 1e-3,
        bool scalesByParameter = true,
        double weightDecay = 0)
        : this(parameters, new AdafactorOptions
        {
            LearningRate = learningRate,
            DecayPower = decayPower,
            Epsilon = epsilon,
            ClipThreshold = clipThreshold,
            SmallestScale = smallestScale,
            ScalesByParameter = scalesByParameter,
            WeightDecay = weightDecay,
        })
    {
    }

    /// <summary>An optimizer of parameters.</summary>
    /// <param name="parameters">The parameters to train.</param>
    /// <param name="options">The hyper-parameters.</param>
    /// <exception cref="ArgumentException">There is no parameter, or one is given twice.</exception>
    public Adafactor(IEnumerable<Parameter> parameters, AdafactorOptions options)
        : base(parameters, options)
    {
    }

    private readonly Dictionary<Parameter, (Tensor First, Tensor? Second)> _squares = [];

    private protected override bool UpdatesElements => false;

    /// <inheritdoc/>
    protected override IReadOnlyList<string> StateNames(AdafactorOptions options) => [];

    private protected override bool DecaysItself => true;

    private protected override bool TreatsGradientsInside => false;

    internal override IEnumerable<(string Name, Tensor Value)> OwnTensors()
    {
        int index = 0;
        foreach (Parameter parameter in Groups.SelectMany(static group => group.Parameters))
        {
            (Tensor first, Tensor? second) = _squares[parameter];
            yield return ($"state.{index}.{(second is null ? "square" : "row")}", first);
            if (second is not null)
            {
                yield return ($"state.{index}.column", second);
            }

            index++;
        }
    }

    private protected override void Initialize(UpdateRun run)
    {
        using TensorScope.Suspension suspension = TensorScope.Suspend();
        foreach (Parameter parameter in run.Run.Members)
        {
            int[] shape = parameter.Shape.ToArray();
            _squares.Add(parameter, parameter.Rank < 2
                ? (Tensor.Zeros(parameter.Shape, run.DType, run.Device), null)
                : (Tensor.Zeros(new Shape([.. shape[..^1], 1]), run.DType, run.Device),
                    Tensor.Zeros(new Shape([.. shape[..^2], 1, shape[^1]]), run.DType, run.Device)));
        }
    }

    /// <inheritdoc/>
    protected override void Update(ParameterGroup<AdafactorOptions> group, UpdateRun run)
    {
        AdafactorOptions o = group.Options;
        double kept = 1 - Math.Pow(group.StepCount, -o.DecayPower);
        double rate = Math.Min(o.LearningRate, 1 / Math.Sqrt(group.StepCount));
        double coupled = o.DecoupledWeightDecay ? 0 : o.WeightDecay;
        double decoupled = o.WeightDecay - coupled;
        using NoGrad noGrad = new();
        foreach (Parameter parameter in run.Moved)
        {
            using TensorScope scope = Tensor.Scope();
            Tensor? go = Gate.Go(run);
            Tensor values = parameter.Detach();
            Tensor gradient = o.Maximize ? -parameter.Gradient! : parameter.Gradient!;
            gradient = coupled > 0 ? gradient + (coupled * values) : gradient;
            Tensor square = Squares(gradient, o.Epsilon);
            (Tensor first, Tensor? second) = _squares[parameter];
            Tensor root;
            if (second is null)
            {
                Set(first, (kept * first) + ((1 - kept) * square), go);
                root = first.Sqrt();
            }
            else
            {
                Set(first, (kept * first) + ((1 - kept) * square.Mean(-1, keepDims: true)), go);
                Set(second, (kept * second) + ((1 - kept) * square.Mean(-2, keepDims: true)), go);
                root = (first / first.Mean(-2, keepDims: true)).Sqrt() * second.Sqrt();
            }

            Tensor step = gradient / root;
            step /= Tensor.Maximum(Size(step) / o.ClipThreshold, Tensor.OnesLike(Size(step)));
            Tensor scaled = o.ScalesByParameter
                ? Tensor.Maximum(Size(values), Tensor.Full(Shape.Scalar, o.SmallestScale, run.DType, run.Device)) * rate * step
                : rate * step;
            Set(parameter, (values * (1 - (rate * decoupled))) - scaled, go);
        }
    }

    private static Tensor Size(Tensor x) => Squares(x, 0).Mean().Sqrt();

    private static Tensor Squares(Tensor x, double epsilon)
    {
        double largest = x.DType == DType.Float64 ? double.MaxValue : float.MaxValue;
        return x.Apply(default(SquareOp).Then(new AffineOp(1, epsilon)).Then(new ClampOp(0, largest / x.Count)));
    }

    private static void Set(Tensor target, Tensor value, Tensor? go) =>
        target.CopyFrom(go is null ? value : Tensor.Where(go, value, target.Detach()));
}
