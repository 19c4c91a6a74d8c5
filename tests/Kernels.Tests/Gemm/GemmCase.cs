using System.Runtime.InteropServices;

namespace DeepSharp.Kernels.Tests.Products;

/// <summary>A product on the host with its operands, and what a plain triple loop in double makes of it.</summary>
internal sealed unsafe class GemmCase<T>
    where T : unmanaged, IReal<T>, IScalar<T>, IStored<T, T>
{
    // Numbers around C that nobody may touch.
    private const int Margin = 40;

    private readonly T[] _a;
    private readonly T[] _b;
    private readonly T[] _c;
    private readonly T[] _bias;
    private readonly T[] _before;
    private HostProduct<T, T, MatrixFactor, MatrixFactor> _g;
    private (double Sum, double Size)[]? _sums;

    /// <summary>Makes the operands. Order 'r' is by rows, 'c' by columns, 'R' and 'C' with gaps between them, 'g' gaps all over.</summary>
    internal GemmCase(int m, int n, int k, char orderA = 'r', char orderB = 'r', int batch = 1)
    {
        (int rowA, int columnA, int sizeA) = Strides(m, k, orderA);
        (int rowB, int columnB, int sizeB) = Strides(k, n, orderB);
        int rowC = n + 3;
        int sizeC = (m * rowC) + 5;
        _g = new()
        {
            Batch = batch,
            Rows = m,
            Columns = n,
            Depth = k,
            FactorA = new(rowA, columnA, 0, sizeA, batch),
            FactorB = new(columnB, rowB, 0, sizeB, batch),
            PlaceC = new(rowC, 1, 0, sizeC, batch),
        };
        _a = Values(batch * sizeA, 1);
        _b = Values(batch * sizeB, 2);
        _bias = Values(n, 3);
        _c = Values((batch * sizeC) + (2 * Margin), 4);
        _before = [.. _c];
    }

    internal double Alpha { get; init; } = 1;

    internal double Beta { get; init; }

    internal bool HasBias { get; init; }

    internal Span<T> A => _a;

    internal Span<T> B => _b;

    internal Span<T> C => _c.AsSpan(Margin);

    internal int RowC => _g.PlaceC.LineStride;

    /// <summary>One matrix of the factor for all of the batch.</summary>
    internal GemmCase<T> Repeat(bool a, bool b)
    {
        _g.FactorA = a ? _g.FactorA with { Inner = 0 } : _g.FactorA;
        _g.FactorB = b ? _g.FactorB with { Inner = 0 } : _g.FactorB;
        return this;
    }

    /// <summary>Runs something with the operands in place.</summary>
    internal void With(Action<HostProduct<T, T, MatrixFactor, MatrixFactor>> run)
    {
        fixed (T* a = _a, b = _b, c = _c, bias = _bias)
        {
            HostProduct<T, T, MatrixFactor, MatrixFactor> g = _g;
            g.A = a;
            g.B = b;
            g.C = c + Margin;
            g.Bias = HasBias ? bias : null;
            g.Alpha = T.FromDouble(Alpha);
            g.Beta = T.FromDouble(Beta);
            g.Reads = Beta != 0;
            run(g);
        }
    }

    /// <summary>Puts C back to what it was.</summary>
    internal void Reset()
    {
        Array.Copy(_before, _c, _c.Length);
    }

    /// <summary>Runs the product with registers of a type, and compares it.</summary>
    internal void Check<TRegister, TVector, TAct>(TAct activation, Func<double, double> function)
        where TRegister : unmanaged
        where TVector : unmanaged, IReal<TVector>
        where TAct : unmanaged, IUnaryOp
    {
        Array.Copy(_c, _before, _c.Length);
        With(g => HostGemm<T, T, TVector, TRegister, TAct, MatrixFactor, MatrixFactor>.Run(activation, g));
        Compare(function, $"{sizeof(TRegister)} bytes {_g.Rows}x{_g.Columns}x{_g.Depth} A {_g.FactorA} B {_g.FactorB}");
    }

    private void Compare(Func<double, double> function, string what)
    {
        _sums ??= Products();
        T[] untouched = [.. _before];
        double epsilon = typeof(T) == typeof(F32) ? 1.2e-7 : 2.3e-16;
        for (int z = 0; z < _g.Batch; z++)
        {
            for (int i = 0; i < _g.Rows; i++)
            {
                for (int j = 0; j < _g.Columns; j++)
                {
                    (double sum, double size) = _sums[(((z * _g.Rows) + i) * _g.Columns) + j];
                    int at = Margin + _g.PlaceC.Place(_g.PlaceC.Start(z), i, j);
                    double old = Beta == 0 ? 0 : Beta * T.ToDouble(_before[at]);
                    double bias = HasBias ? T.ToDouble(_bias[j]) : 0;
                    double expected = function((Alpha * sum) + old + bias);
                    double actual = T.ToDouble(_c[at]);
                    untouched[at] = _c[at];
                    double bound = (_g.Depth + 8) * epsilon * ((Math.Abs(Alpha) * size) + Math.Abs(old) + Math.Abs(bias) + 1e-30);
                    bool close = double.IsFinite(expected) ? Math.Abs(expected - actual) <= bound : expected.Equals(actual);
                    Assert.True(close, $"{what}: [{z}, {i}, {j}] is {actual:r}, not {expected:r}");
                }
            }
        }

        Assert.True(MemoryMarshal.AsBytes<T>(untouched).SequenceEqual(MemoryMarshal.AsBytes<T>(_c)), $"{what}: wrote beside C");
    }

    // The sums of products and of their magnitudes, once for all registers that the case is tried with.
    private (double Sum, double Size)[] Products()
    {
        (double Sum, double Size)[] sums = new (double, double)[_g.Batch * _g.Rows * _g.Columns];
        double[] row = new double[_g.Depth];
        double[] columns = new double[_g.Depth * _g.Columns];
        for (int z = 0; z < _g.Batch; z++)
        {
            for (int at = 0; at < columns.Length; at++)
            {
                columns[at] = T.ToDouble(_b[_g.FactorB.Place(_g.FactorB.Start(z), at / _g.Depth, at % _g.Depth)]);
            }

            for (int i = 0; i < _g.Rows; i++)
            {
                for (int p = 0; p < row.Length; p++)
                {
                    row[p] = T.ToDouble(_a[_g.FactorA.Place(_g.FactorA.Start(z), i, p)]);
                }

                for (int j = 0; j < _g.Columns; j++)
                {
                    double sum = 0;
                    double size = 0;
                    ReadOnlySpan<double> column = columns.AsSpan(j * row.Length, row.Length);
                    for (int p = 0; p < column.Length; p++)
                    {
                        double product = row[p] * column[p];
                        sum += product;
                        size += Math.Abs(product);
                    }

                    sums[(((z * _g.Rows) + i) * _g.Columns) + j] = (sum, size);
                }
            }
        }

        return sums;
    }

    private static (int Row, int Column, int Size) Strides(int rows, int columns, char order) => order switch
    {
        'r' => (columns, 1, rows * columns),
        'R' => (columns + 5, 1, rows * (columns + 5)),
        'c' => (1, rows, rows * columns),
        'C' => (1, rows + 5, columns * (rows + 5)),
        _ => ((2 * columns) + 3, 2, rows * ((2 * columns) + 3)),
    };

    private static T[] Values(int count, int seed)
    {
        T[] values = new T[count];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = T.FromDouble(Numbers.Noise(i, seed));
        }

        return values;
    }
}
