using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace DeepSharp.Kernels;

/// <summary>Runs derivatives of operators as kernels of their own, of any order: the operator is computed with duals of duals.</summary>
/// <remarks>
/// Each order is a type. Those up to <see cref="Named"/> are named here, so that code compiled ahead of time has them; further ones are made at
/// run time, since a type that named the next one would have no end.
/// </remarks>
internal static class Slopes
{
    /// <summary>The highest order, of all inputs together, that code compiled ahead of time has.</summary>
    internal const int Named = 3;

    /// <summary>The derivative of an order of a unary operator, of what the operator saves.</summary>
    internal static void Run<TOp>(TOp op, int order, in Operand output, in Operand x)
        where TOp : unmanaged, IUnaryOp
    {
        switch (order)
        {
            case 1:
                Unary(new Slope<TOp>(op), output, x);
                break;
            case 2:
                Unary(new Slope<Slope<TOp>>(new(op)), output, x);
                break;
            case 3:
                Unary(new Slope<Slope<Slope<TOp>>>(new(new(op))), output, x);
                break;
            default:
                if (!RuntimeFeature.IsDynamicCodeSupported)
                {
                    throw TooHigh<TOp>(order);
                }

                OfUnary nest = new OfUnary<TOp>(op);
                for (int i = 0; i < order; i++)
                {
                    nest = nest.Slope();
                }

                nest.Run(output, x);
                break;
        }
    }

    /// <summary>The derivative of a binary operator, taken <paramref name="byA"/> times by a and <paramref name="byB"/> times by b.</summary>
    internal static void Run<TOp>(TOp op, int byA, int byB, in Operand output, in Operand a, in Operand b)
        where TOp : unmanaged, IBinaryOp
    {
        switch (byA, byB)
        {
            case (1, 0):
                Binary(new SlopeA<TOp>(op), output, a, b);
                break;
            case (0, 1):
                Binary(new SlopeB<TOp>(op), output, a, b);
                break;
            case (2, 0):
                Binary(new SlopeA<SlopeA<TOp>>(new(op)), output, a, b);
                break;
            case (1, 1):
                Binary(new SlopeB<SlopeA<TOp>>(new(op)), output, a, b);
                break;
            case (0, 2):
                Binary(new SlopeB<SlopeB<TOp>>(new(op)), output, a, b);
                break;
            case (3, 0):
                Binary(new SlopeA<SlopeA<SlopeA<TOp>>>(new(new(op))), output, a, b);
                break;
            case (2, 1):
                Binary(new SlopeB<SlopeA<SlopeA<TOp>>>(new(new(op))), output, a, b);
                break;
            case (1, 2):
                Binary(new SlopeB<SlopeB<SlopeA<TOp>>>(new(new(op))), output, a, b);
                break;
            case (0, 3):
                Binary(new SlopeB<SlopeB<SlopeB<TOp>>>(new(new(op))), output, a, b);
                break;
            default:
                if (!RuntimeFeature.IsDynamicCodeSupported)
                {
                    throw TooHigh<TOp>(byA + byB);
                }

                OfBinary nest = new OfBinary<TOp>(op);
                for (int i = 0; i < byA + byB; i++)
                {
                    nest = nest.Slope(ofB: i >= byA);
                }

                nest.Run(output, a, b);
                break;
        }
    }

    // A method of its own for each nest, so that the types of an order are loaded when it is first wanted.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Unary<TOp>(TOp op, in Operand output, in Operand x)
        where TOp : unmanaged, IUnaryOp => Elementwise.Run(new UnaryForward<TOp>(op), output, x);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Binary<TOp>(TOp op, in Operand output, in Operand a, in Operand b)
        where TOp : unmanaged, IBinaryOp => Elementwise.Run(new BinaryForward<TOp>(op), output, a, b);

    private static InvalidOperationException TooHigh<TOp>(int order) => new(
        $"{OperatorName<TOp>.Text}: its derivative of order {order} is not part of this program, which was compiled ahead of time with orders up to "
        + $"{Named}. Run the program with the JIT compiler, or build it without PublishAot.");

    private abstract class OfUnary
    {
        internal abstract void Run(in Operand output, in Operand x);

        [RequiresDynamicCode("Makes the type of the next order.")]
        internal abstract OfUnary Slope();
    }

    private sealed class OfUnary<TOp>(TOp op) : OfUnary
        where TOp : unmanaged, IUnaryOp
    {
        internal override void Run(in Operand output, in Operand x) => Unary(op, output, x);

        [RequiresDynamicCode("Makes the type of the next order.")]
        internal override OfUnary Slope() => (OfUnary)Next(typeof(OfUnary<>).MakeGenericType(typeof(Slope<TOp>)), new Slope<TOp>(op));
    }

    private abstract class OfBinary
    {
        internal abstract void Run(in Operand output, in Operand a, in Operand b);

        [RequiresDynamicCode("Makes the type of the next order.")]
        internal abstract OfBinary Slope(bool ofB);
    }

    private sealed class OfBinary<TOp>(TOp op) : OfBinary
        where TOp : unmanaged, IBinaryOp
    {
        internal override void Run(in Operand output, in Operand a, in Operand b) => Binary(op, output, a, b);

        [RequiresDynamicCode("Makes the type of the next order.")]
        internal override OfBinary Slope(bool ofB) => (OfBinary)(ofB
            ? Next(typeof(OfBinary<>).MakeGenericType(typeof(SlopeB<TOp>)), new SlopeB<TOp>(op))
            : Next(typeof(OfBinary<>).MakeGenericType(typeof(SlopeA<TOp>)), new SlopeA<TOp>(op)));
    }

    private static object Next([DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] Type nest, object op) =>
        Activator.CreateInstance(nest, op)!;
}
