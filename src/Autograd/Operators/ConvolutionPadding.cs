namespace DeepSharp;

/// <summary>How much is added around an image before a convolution: so much on both sides of each axis, or what keeps its size.</summary>
/// <remarks>A number, such as <c>1</c>, or one for each axis, such as <c>(1, 2)</c>, converts to it.</remarks>
public readonly struct ConvolutionPadding : IEquatable<ConvolutionPadding>
{
    private readonly PerAxis? _numbers;
    private readonly bool _isSame;

    private ConvolutionPadding(PerAxis? numbers, bool isSame)
    {
        _numbers = numbers;
        _isSame = isSame;
    }

    /// <summary>So much that outputs are as many as inputs: dilation · (kernel - 1) in all, the odd one behind. For stride 1.</summary>
    public static ConvolutionPadding Same => new(null, true);

    /// <summary>Nothing: outputs are where the kernel lies inside the image.</summary>
    public static ConvolutionPadding Valid => default;

    /// <summary>Whether the output is as long as the input.</summary>
    public bool IsSame => _isSame;

    /// <summary>What is added on both sides; 0 where the output is as long as the input.</summary>
    public PerAxis Numbers => _numbers ?? 0;

    /// <summary>So much on all sides.</summary>
    public static implicit operator ConvolutionPadding(int value) => new(value, false);

    /// <summary>So much above and below, and so much left and right.</summary>
    public static implicit operator ConvolutionPadding((int Height, int Width) values) => new(values, false);

    /// <summary>So much on both sides of each of three axes.</summary>
    public static implicit operator ConvolutionPadding((int Depth, int Height, int Width) values) => new(values, false);

    /// <summary>So much on both sides of each axis.</summary>
    public static implicit operator ConvolutionPadding(int[] values) => new(values, false);

    /// <summary>So much on both sides of each axis.</summary>
    public static implicit operator ConvolutionPadding(PerAxis values) => new(values, false);

    /// <summary>Whether both are the same.</summary>
    public static bool operator ==(ConvolutionPadding a, ConvolutionPadding b) => a.Equals(b);

    /// <summary>Whether they differ.</summary>
    public static bool operator !=(ConvolutionPadding a, ConvolutionPadding b) => !a.Equals(b);

    /// <inheritdoc/>
    public bool Equals(ConvolutionPadding other) => _isSame == other._isSame && _numbers.Equals(other._numbers);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is ConvolutionPadding other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(_numbers, _isSame);

    /// <summary>The numbers, or "same" or "valid".</summary>
    public override string ToString() => _isSame ? "same" : _numbers?.ToString() ?? "valid";

    /// <summary>What is added before and behind each axis.</summary>
    internal (int Before, int Behind)[] Of(int[] kernel, int[] stride, int[] dilation, string operation)
    {
        if (!_isSame)
        {
            return Array.ConvertAll(
                (_numbers ?? 0).Of(kernel.Length, 0, operation, "padding"), static value => (value, value));
        }

        if (Array.Exists(stride, static value => value != 1))
        {
            throw new ArgumentException(
                $"{operation}: same padding needs stride 1, not {new PerAxis(stride)}. Give the padding in numbers.");
        }

        (int, int)[] all = new (int, int)[kernel.Length];
        for (int axis = 0; axis < all.Length; axis++)
        {
            int total = dilation[axis] * (kernel[axis] - 1);
            all[axis] = (total / 2, total - (total / 2));
        }

        return all;
    }
}
