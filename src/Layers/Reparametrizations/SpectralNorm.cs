namespace DeepSharp.Layers;

/// <summary>
/// A layer whose weight is divided by its largest singular value, so that its slope is at most 1: W / σ(W). Miyato et al. 2018:
/// <c>new SpectralNorm(new Conv2D(3, 8, 3))</c>.
/// </summary>
/// <remarks>
/// The weight counts as a matrix whose rows are the outputs. σ = uᵀ W v, where u and v come a step of power iteration nearer to the singular
/// vectors in each pass of training; they take no gradient. The weight is <c>parametrizations.weight.original</c>, the vectors are
/// <c>parametrizations.weight.0._u</c> and <c>_v</c>.
/// </remarks>
public sealed class SpectralNorm : Reparametrization
{
    // PyTorch's number of steps at the start.
    private const int FirstIterations = 15;
    private readonly int _axis;
    private readonly Tensor _u;
    private readonly Tensor _v;

    /// <summary>A layer with a weight of norm 1.</summary>
    /// <param name="layer">A <see cref="Dense"/> layer or a convolution; it belongs to this one from now on.</param>
    /// <param name="powerIterations">The steps of power iteration in a pass of training.</param>
    /// <param name="epsilon">Keeps divisors from zero.</param>
    /// <param name="axis">The axis of the weight whose elements are rows; that of the outputs if null.</param>
    /// <param name="generator">The source of the first vectors; <see cref="Generator.Default"/> if null.</param>
    /// <exception cref="ArgumentException">The layer has no weight.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of range.</exception>
    public SpectralNorm(Module layer, int powerIterations = 1, double epsilon = 1e-12, int? axis = null, Generator? generator = null)
        : base(layer)
    {
        Bounds.AtLeast(1, powerIterations, nameof(SpectralNorm));
        Bounds.Epsilon(epsilon, nameof(SpectralNorm));
        (PowerIterations, Epsilon) = (powerIterations, epsilon);
        _axis = Initial.Shape.Axis(axis ?? OutputAxis, nameof(SpectralNorm));
        Original = AddPart("original", Initial);
        using TensorScope scope = Tensor.Scope();
        using NoGrad noGrad = new();
        Tensor matrix = Matrix(Original);
        _u = Normalized(Tensor.Normal(matrix.Shape[0], 0, 1, matrix.DType, matrix.Device, generator)).Clone();
        _v = Normalized(Tensor.Normal(matrix.Shape[1], 0, 1, matrix.DType, matrix.Device, generator)).Clone();
        AddState(("_u", _u), ("_v", _v));
        Iterate(matrix, FirstIterations);
    }

    /// <summary>The steps of power iteration in a pass of training.</summary>
    public int PowerIterations { get; }

    /// <summary>Keeps divisors from zero.</summary>
    public double Epsilon { get; }

    /// <summary>The weight before it is divided.</summary>
    public Parameter Original { get; }

    private protected override Tensor Weight()
    {
        Tensor matrix = Matrix(Original);
        if (IsTraining)
        {
            using NoGrad noGrad = new();
            Iterate(matrix.Detach(), PowerIterations);
        }

        // Copies, since the next pass changes them.
        Tensor sigma = (_u.Clone() * Product(matrix, _v.Clone())).Sum();
        return Original / sigma;
    }

    private Tensor Matrix(Tensor weight) => (_axis == 0 ? weight : weight.Transpose(0, _axis)).Reshape([weight.Shape[_axis], -1]);

    private void Iterate(Tensor matrix, int steps)
    {
        for (int step = 0; step < steps; step++)
        {
            _u.CopyFrom(Normalized(Product(matrix, _v)));
            _v.CopyFrom(Normalized(Product(matrix.T, _u)));
        }
    }

    private Tensor Normalized(Tensor x) => x / x.Norm().Clamp(Epsilon, double.PositiveInfinity);

    private static Tensor Product(Tensor matrix, Tensor vector) => matrix.MatMul(vector.Unsqueeze(1)).Squeeze(1);
}
