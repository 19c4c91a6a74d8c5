using System.Runtime.CompilerServices;

namespace DeepSharp.Kernels;

/// <summary>A step of a recurrent cell, or its derivative, as a function of several outputs.</summary>
/// <remarks>
/// A cell keeps some numbers for each unit, its slots: before a step they hold what the products gave, behind it what the derivative needs.
/// A step takes the slots and what the cell carries on besides (an LSTM's cell state, a GRU's hidden state), and gives the slots, the
/// next cell state if there is one, and the next hidden state. A derivative takes the slots, what was carried, and the gradients of the
/// hidden state and of the cell state; it gives the gradients of the slots and those of the states before, without what goes through the
/// products.
/// </remarks>
internal interface ICellMap : IMultiMap
{
    /// <summary>The numbers kept for each unit.</summary>
    static abstract int Slots { get; }

    /// <summary>The first slot that the product with the hidden state adds to; it adds to all behind.</summary>
    static abstract int FirstStepSlot { get; }

    /// <summary>Whether there is a cell state besides the hidden one.</summary>
    static abstract bool HasCell { get; }
}

/// <summary>h' = f(a). Elman 1990.</summary>
internal readonly struct ElmanCell<TAct> : ICellMap
    where TAct : unmanaged, IUnaryDerivative<TAct>
{
    public static int Slots => 1;

    public static int FirstStepSlot => 0;

    public static bool HasCell => false;

    public static int Outputs => 2;

    public static int Inputs => 1;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Pack<T> Apply<T>(Pack<T> x)
        where T : unmanaged, IReal<T>
    {
        T h = default(TAct).Forward(x.A);
        return new Pack<T> { A = h, B = h };
    }
}

/// <summary>The derivative of <see cref="ElmanCell{TAct}"/>, whose f has its derivative from its output.</summary>
internal readonly struct ElmanCellSlope<TAct> : ICellMap
    where TAct : unmanaged, IUnaryDerivative<TAct>
{
    public static int Slots => 1;

    public static int FirstStepSlot => 0;

    public static bool HasCell => false;

    public static int Outputs => 2;

    public static int Inputs => 2;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Pack<T> Apply<T>(Pack<T> x)
        where T : unmanaged, IReal<T> => new() { A = x.B * default(TAct).Derivative(x.A), B = 0f };
}

/// <summary>
/// The slots i, f, g, o: c' = sigmoid(f) c + sigmoid(i) tanh(g), h' = sigmoid(o) tanh(c'). Hochreiter, Schmidhuber 1997; Gers et al. 2000.
/// </summary>
internal readonly struct LSTMCellMap : ICellMap
{
    public static int Slots => 4;

    public static int FirstStepSlot => 0;

    public static bool HasCell => true;

    public static int Outputs => 6;

    public static int Inputs => 5;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Pack<T> Apply<T>(Pack<T> x)
        where T : unmanaged, IReal<T>
    {
        T i = T.Sigmoid(x.A);
        T f = T.Sigmoid(x.B);
        T g = T.Tanh(x.C);
        T o = T.Sigmoid(x.D);
        T c = T.MultiplyAdd(f, x.E, i * g);
        return new Pack<T> { A = i, B = f, C = g, D = o, E = c, F = o * T.Tanh(c) };
    }
}

/// <summary>The derivative of <see cref="LSTMCellMap"/>.</summary>
internal readonly struct LSTMCellSlope : ICellMap
{
    public static int Slots => 4;

    public static int FirstStepSlot => 0;

    public static bool HasCell => true;

    public static int Outputs => 6;

    public static int Inputs => 7;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Pack<T> Apply<T>(Pack<T> x)
        where T : unmanaged, IReal<T>
    {
        T t = T.Tanh(T.MultiplyAdd(x.B, x.E, x.A * x.C));
        T dc = T.MultiplyAdd(x.F * x.D, 1f - (t * t), x.G);
        return new Pack<T>
        {
            A = dc * x.C * (x.A * (1f - x.A)),
            B = dc * x.E * (x.B * (1f - x.B)),
            C = dc * x.A * (1f - (x.C * x.C)),
            D = x.F * t * (x.D * (1f - x.D)),
            E = 0f,
            F = dc * x.B,
        };
    }
}

/// <summary>
/// The slots n, r, z, m, of which m is what the hidden state adds to n: r = sigmoid(r), z = sigmoid(z), n = tanh(n + r m),
/// h' = (1 - z) n + z h. Cho et al. 2014, with the reset behind the product, as in cuDNN.
/// </summary>
internal readonly struct GRUCellMap : ICellMap
{
    public static int Slots => 4;

    public static int FirstStepSlot => 1;

    public static bool HasCell => false;

    public static int Outputs => 5;

    public static int Inputs => 5;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Pack<T> Apply<T>(Pack<T> x)
        where T : unmanaged, IReal<T>
    {
        T r = T.Sigmoid(x.B);
        T z = T.Sigmoid(x.C);
        T n = T.Tanh(T.MultiplyAdd(r, x.D, x.A));
        return new Pack<T> { A = n, B = r, C = z, D = x.D, E = T.MultiplyAdd(z, x.E - n, n) };
    }
}

/// <summary>The derivative of <see cref="GRUCellMap"/>.</summary>
internal readonly struct GRUCellSlope : ICellMap
{
    public static int Slots => 4;

    public static int FirstStepSlot => 1;

    public static bool HasCell => false;

    public static int Outputs => 5;

    public static int Inputs => 6;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Pack<T> Apply<T>(Pack<T> x)
        where T : unmanaged, IReal<T>
    {
        T dn = x.F * (1f - x.C) * (1f - (x.A * x.A));
        return new Pack<T>
        {
            A = dn,
            B = dn * x.D * (x.B * (1f - x.B)),
            C = x.F * (x.E - x.A) * (x.C * (1f - x.C)),
            D = dn * x.B,
            E = x.F * x.C,
        };
    }
}
