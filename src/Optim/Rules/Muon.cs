using System.Runtime.CompilerServices;
using DeepSharp.Kernels;

namespace DeepSharp.Optim;

/// <summary>
/// Muon: the momentum of each matrix, made orthogonal: m ← momentum m + g, u = g + momentum m (Nesterov) or m, O ≈ the orthogonal matrix
/// nearest u, w ← w - learningRate sqrt(max(1, rows / columns)) O.
/// </summary>
/// <remarks>
/// <para>O comes from the given number of Newton-Schulz steps X ← a X + (b A + c A²) X, A = X Xᵀ, from X = u / ‖u‖, with a = 3.4445, b =
/// -4.775, c = 2.0315: its singular values end between about 0.7 and 1.2. Parameters of more axes count as matrices of their first axis
/// by the rest. It is for the weights of hidden layers; give embeddings, the last layer and vectors (biases, gains) to another optimizer
/// such as <see cref="AdamW"/>.</para>
/// <para>Two launches for each stretch, and about twenty-five for each parameter. Weight decay is decoupled. State: momentum (m). Source:
/// Jordan et al. 2024, kellerjordan.github.io/posts/muon.</para>
/// </remarks>
public sealed class Muon : Optimizer<MuonOptions>
{
    /// <summary>An optimizer of parameters.</summary>
    /// <param name="parameters">The parameters to train.</param>
    /// <param name="learningRate">How far a step goes, in singular values.</param>
    /// <param name="weightDecay">The strength of the decay.</param>
    /// <param name="momentum">How much of the momentum stays, in [0, 1).</param>
    /// <param name="nesterov">Whether the gradient enters once more.</param>
    /// <param name="iterations">The Newton-Schulz steps, at least 1.</param>
    /// <exception cref="ArgumentException">A value is out of range, a parameter is no matrix, or there is none.</exception>
    public Muon(
        IEnumerable<Parameter> parameters,
        double learningRate = 0.02,
        double weightDecay = 0,
        double momentum = 0.95,
        bool nesterov = true,
        int iterations = 5)
        : this(parameters, new MuonOptions
        {
            LearningRate = learningRate,
            Momentum = momentum,
            Nesterov = nesterov,
            Iterations = iterations,
            WeightDecay = weightDecay,
        })
    {
    }

    /// <summary>An optimizer of parameters.</summary>
    /// <param name="parameters">The parameters to train.</param>
    /// <param name="options">The hyper-parameters.</param>
    /// <exception cref="ArgumentException">A parameter is no matrix, there is none, or one is given twice.</exception>
    public Muon(IEnumerable<Parameter> parameters, MuonOptions options)
        : base(parameters, options)
    {
    }

    private readonly Dictionary<UpdateRun, Tensor> _directions = [];

    private protected override bool UpdatesElements => false;

    /// <inheritdoc/>
    protected override IReadOnlyList<string> StateNames(MuonOptions options) => ["momentum"];

    private protected override void Check(IReadOnlyList<Parameter> parameters)
    {
        foreach (Parameter parameter in parameters.Where(static p => p.Rank < 2))
        {
            throw new ArgumentException(
                $"Muon: the parameter {parameter.Shape} is no matrix. Give parameters of fewer than two axes to another optimizer, such as AdamW.",
                nameof(parameters));
        }
    }

    private protected override void Initialize(UpdateRun run) => _directions.Add(run, run.Scratch());

    /// <inheritdoc/>
    protected override void Update(ParameterGroup<MuonOptions> group, UpdateRun run)
    {
        MuonOptions o = group.Options;
        Tensor direction = _directions[run];
        UpdateTreatment treatment = run.Treatment;
        run.Treatment = treatment with { Shrinkage = 0 };
        run.Apply(new MomentumRule(o.Momentum, o.Nesterov ? o.Momentum : 1, o.Nesterov ? 1 : 0), [run.StateOperands[0], direction.Operand]);
        using (NoGrad noGrad = new())
        {
            foreach (Parameter parameter in run.Moved)
            {
                using TensorScope scope = Tensor.Scope();
                Tensor update = run.View(direction, parameter);
                update.CopyFrom(Orthogonal(update, o.Iterations));
            }
        }

        run.Treatment = treatment with { Factor = null, Limit = 0, Decay = 0, Ascends = false };
        run.Apply(new MoveRule(o.LearningRate), [direction.Operand]);
    }

    // Of a wide matrix, so that the products are of the shorter side.
    private static Tensor Orthogonal(Tensor update, int iterations)
    {
        int rows = update.Shape[0];
        int columns = update.Count / rows;
        Tensor x = update.Reshape(rows, columns);
        x = rows > columns ? x.T : x;
        x /= x.Norm() + 1e-7;
        for (int i = 0; i < iterations; i++)
        {
            Tensor a = x.MatMul(x.T);
            x = (3.4445 * x) + ((-4.775 * a) + (2.0315 * a.MatMul(a))).MatMul(x);
        }

        x *= Math.Sqrt(Math.Max(1, (double)rows / columns));
        return (rows > columns ? x.T.Contiguous() : x).Reshape(update.Shape);
    }

    internal readonly struct MomentumRule(double momentum, double ofMomentum, double ofGradient) : IUpdateRule
    {
        private readonly double _momentum = momentum;
        private readonly double _ofMomentum = ofMomentum;
        private readonly double _ofGradient = ofGradient;

        public static int Slots => 2;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Update<T>(ref T value, T gradient, ref T s0, ref T s1, ref T s2)
            where T : unmanaged, IReal<T>
        {
            s0 = (_momentum * s0) + gradient;
            s1 = (_ofMomentum * s0) + (_ofGradient * gradient);
        }
    }

    internal readonly struct MoveRule(double rate) : IUpdateRule
    {
        private readonly double _rate = rate;

        public static int Slots => 1;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Update<T>(ref T value, T gradient, ref T s0, ref T s1, ref T s2)
            where T : unmanaged, IReal<T> => value -= _rate * s0;
    }
}
