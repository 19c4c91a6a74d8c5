using DeepSharp.Kernels;

namespace DeepSharp;

/// <summary>Several element-wise operators as one kernel: one pass over memory instead of one for each.</summary>
/// <remarks>
/// <para>Operators nest as types: <c>Then&lt;First, Second&gt;</c> for a chain, <c>After&lt;Binary, Unary&gt;</c> and
/// <c>Combine&lt;Unary, Unary, Binary&gt;</c> around operators of two inputs. The gradient of a nest is one kernel as well, for each
/// input, and keeps the inputs only; so are its derivatives of any order.</para>
/// <code>
/// Tensor y = Fuse.Unary&lt;Then&lt;TanhOp, SquareOp&gt;&gt;(x);                         // tanh(x)^2
/// Tensor y = Fuse.Unary(x, new AffineOp(2, 1).Then(default(ExpOp)));           // exp(2 x + 1)
/// Tensor y = Fuse.Binary&lt;After&lt;AddOp, ReLUOp&gt;&gt;(a, b);                          // max(a + b, 0)
/// Tensor y = Fuse.Binary&lt;Combine&lt;SiLUOp, IdentityOp, MultiplyOp&gt;&gt;(a, b);       // silu(a) b
/// </code>
/// <para>The operators are structs of the namespace DeepSharp.Kernels.</para>
/// </remarks>
public static class Fuse
{
    /// <summary>f(x) for a unary operator, most often a chain.</summary>
    /// <param name="x">The input.</param>
    /// <param name="op">The operator; its parameters are zero if it is not given.</param>
    /// <exception cref="ArgumentException">The elements are not floating point.</exception>
    public static Tensor Unary<TOp>(Tensor x, TOp op = default)
        where TOp : unmanaged, IUnaryOp => x.Apply(op);

    /// <summary>f(a, b) for a binary operator; the inputs broadcast.</summary>
    /// <param name="a">The first input.</param>
    /// <param name="b">The second input.</param>
    /// <param name="op">The operator; its parameters are zero if it is not given.</param>
    /// <exception cref="ArgumentException">The shapes do not broadcast, or element types or devices differ, or the elements are not
    /// floating point.</exception>
    public static Tensor Binary<TOp>(Tensor a, Tensor b, TOp op = default)
        where TOp : unmanaged, IBinaryOp =>
        DeepSharp.Binary.RunReal(new BinaryForward<TOp>(op), a, b, (p, q) => new FusedBinaryNode<TOp>(op, p, q),
            OperatorName<TOp>.Text);
}
