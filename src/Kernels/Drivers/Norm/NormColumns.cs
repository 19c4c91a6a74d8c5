using System.Runtime.CompilerServices;

namespace DeepSharp.Kernels;

/// <summary>The loops of batch norm where a register holds neighbouring columns.</summary>
/// <remarks>
/// The last register of a panel may overlap the one before: each column is computed alone, so both give the same values. A matrix
/// narrower than a register is taken column by column.
/// </remarks>
internal readonly unsafe struct NormColumns<TScalar, TVector> : INormForm<TScalar>
    where TScalar : unmanaged, IReal<TScalar>
    where TVector : unmanaged, IReal<TVector>
{
    // Rows that are added up one after the other before their sum joins the total.
    private const int Block = 32;

    private static int Width => sizeof(TVector) / sizeof(TScalar);

    public static void Moments<TSource>(
        HostNormSource<TScalar, TSource> source, in NormPlan plan, int piece, int panel, in NormArrays<TScalar> a)
        where TSource : unmanaged, INormSource => Walk(plan, piece, panel, a, new MomentsLoop<TSource>(source));

    public static void Apply<TAct>(TAct activation, in NormPlan plan, int piece, int panel, in NormArrays<TScalar> a)
        where TAct : unmanaged, IUnaryOp => Walk(plan, piece, panel, a, new ApplyLoop<TAct>(activation));

    public static void GradientSums<TAct>(
        OutputGradient<TScalar, TAct> gradient, in NormPlan plan, int piece, int panel, in NormArrays<TScalar> a)
        where TAct : unmanaged, IUnaryOp => Walk(plan, piece, panel, a, new GradientSumsLoop<TAct>(gradient));

    public static void ApplyGradient<TAct>(
        OutputGradient<TScalar, TAct> gradient, in NormPlan plan, int piece, int panel, in NormArrays<TScalar> a)
        where TAct : unmanaged, IUnaryOp => Walk(plan, piece, panel, a, new ApplyGradientLoop<TAct>(gradient));

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void ApplySamples<TSource, TAct>(
        HostNormSource<TScalar, TSource> source, TAct activation, in NormPlan plan, int start, int end, in NormArrays<TScalar> a)
        where TSource : unmanaged, INormSource
        where TAct : unmanaged, IUnaryOp
    {
        int w = Width;
        int columns = plan.Columns;
        TScalar* middles = a.Middles, factors = a.Factors, shifts = a.Shifts;
        for (int r = start; r < end; r++)
        {
            TScalar* from = a.X + ((long)r * columns);
            TScalar* to = a.Y + ((long)r * columns);
            int c = 0;
            for (; c <= columns - w; c += w)
            {
                TVector z = TVector.MultiplyAdd(
                    source.First<TVector>(from, c) - *(TVector*)(middles + c), *(TVector*)(factors + c), *(TVector*)(shifts + c));
                *(TVector*)(to + c) = activation.Forward(z);
            }

            for (; c < columns; c++)
            {
                to[c] = activation.Forward(TScalar.MultiplyAdd(source.First<TScalar>(from, c) - middles[c], factors[c], shifts[c]));
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void ApplyGradientSamples<TAct>(
        OutputGradient<TScalar, TAct> gradient, in NormPlan plan, int start, int end, in NormArrays<TScalar> a)
        where TAct : unmanaged, IUnaryOp
    {
        int w = Width;
        int columns = plan.Columns;
        TScalar* middles = a.Middles, factors = a.Factors, slopes = a.Slopes, shifts = a.Shifts;
        for (int r = start; r < end; r++)
        {
            TScalar* from = a.X + ((long)r * columns);
            TScalar* given = a.Dy + ((long)r * columns);
            TScalar* to = a.Y + ((long)r * columns);
            int c = 0;
            for (; c <= columns - w; c += w)
            {
                TVector distance = *(TVector*)(from + c) - *(TVector*)(middles + c);
                TVector rest = TVector.MultiplyAdd(distance, *(TVector*)(slopes + c), *(TVector*)(shifts + c));
                *(TVector*)(to + c) = TVector.MultiplyAdd(gradient.At<TVector>(given + c), *(TVector*)(factors + c), rest);
            }

            for (; c < columns; c++)
            {
                TScalar rest = TScalar.MultiplyAdd(from[c] - middles[c], slopes[c], shifts[c]);
                to[c] = TScalar.MultiplyAdd(gradient.At<TScalar>(given + c), factors[c], rest);
            }
        }
    }

    // Goes over a panel: several registers side by side as long as there are, then one after the other.
    private static void Walk<TLoop>(in NormPlan plan, int piece, int panel, NormArrays<TScalar> a, TLoop loop)
        where TLoop : struct, IPanelLoop
    {
        int stride = plan.Columns;
        int end = plan.PanelEnd(panel);
        int rows = plan.PieceEnd(piece) - plan.PieceStart(piece);
        long first = (long)plan.PieceStart(piece) * stride;
        int several = TLoop.Registers * Width;
        int c = panel * plan.PanelColumns;
        for (; c <= end - several; c += several)
        {
            loop.Several(a.At(first, c), stride, rows);
        }

        for (; end < Width && c < end; c++)
        {
            loop.One<TScalar>(a.At(first, c), stride, rows);
        }

        for (; c < end; c += Width)
        {
            loop.One<TVector>(a.At(first, Math.Min(c, end - Width)), stride, rows);
        }
    }

    /// <summary>A loop over the rows of some columns, whose values and elements the arrays begin with.</summary>
    private interface IPanelLoop
    {
        /// <summary>The registers of <see cref="Several"/>.</summary>
        static abstract int Registers { get; }

        void Several(in NormArrays<TScalar> a, int stride, int rows);

        void One<T>(in NormArrays<TScalar> a, int stride, int rows)
            where T : unmanaged, IReal<T>;
    }

    private readonly struct MomentsLoop<TSource>(HostNormSource<TScalar, TSource> source) : IPanelLoop
        where TSource : unmanaged, INormSource
    {
        public static int Registers => 4;

        [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
        public void Several(in NormArrays<TScalar> a, int stride, int rows)
        {
            HostNormSource<TScalar, TSource> from = source;
            int w = Width;

            // Distances from the first row at first, from the mean then.
            TScalar* row = a.X;
            TVector m0 = from.First<TVector>(row, 0), m1 = from.First<TVector>(row, w);
            TVector m2 = from.First<TVector>(row, 2 * w), m3 = from.First<TVector>(row, 3 * w);
            TVector t0 = 0, t1 = 0, t2 = 0, t3 = 0;
            for (int first = 0; first < rows; first += Block)
            {
                TVector s0 = 0, s1 = 0, s2 = 0, s3 = 0;
                for (int r = first; r < Math.Min(rows, first + Block); r++, row += stride)
                {
                    s0 += from.First<TVector>(row, 0) - m0;
                    s1 += from.First<TVector>(row, w) - m1;
                    s2 += from.First<TVector>(row, 2 * w) - m2;
                    s3 += from.First<TVector>(row, 3 * w) - m3;
                }

                t0 += s0;
                t1 += s1;
                t2 += s2;
                t3 += s3;
            }

            TVector count = rows;
            m0 += t0 / count;
            m1 += t1 / count;
            m2 += t2 / count;
            m3 += t3 / count;
            TVector* sums = (TVector*)a.Sums;
            sums[0] = m0;
            sums[1] = m1;
            sums[2] = m2;
            sums[3] = m3;
            t0 = 0;
            t1 = 0;
            t2 = 0;
            t3 = 0;
            row = from.Kept(a.X);
            for (int first = 0; first < rows; first += Block)
            {
                TVector s0 = 0, s1 = 0, s2 = 0, s3 = 0;
                for (int r = first; r < Math.Min(rows, first + Block); r++, row += stride)
                {
                    TVector d0 = *(TVector*)row - m0;
                    TVector d1 = *(TVector*)(row + w) - m1;
                    TVector d2 = *(TVector*)(row + (2 * w)) - m2;
                    TVector d3 = *(TVector*)(row + (3 * w)) - m3;
                    s0 = TVector.MultiplyAdd(d0, d0, s0);
                    s1 = TVector.MultiplyAdd(d1, d1, s1);
                    s2 = TVector.MultiplyAdd(d2, d2, s2);
                    s3 = TVector.MultiplyAdd(d3, d3, s3);
                }

                t0 += s0;
                t1 += s1;
                t2 += s2;
                t3 += s3;
            }

            TVector* squares = (TVector*)a.Dots;
            squares[0] = t0;
            squares[1] = t1;
            squares[2] = t2;
            squares[3] = t3;
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
        public void One<T>(in NormArrays<TScalar> a, int stride, int rows)
            where T : unmanaged, IReal<T>
        {
            HostNormSource<TScalar, TSource> from = source;
            TScalar* row = a.X;
            T middle = from.First<T>(row, 0);
            T total = 0;
            for (int first = 0; first < rows; first += Block)
            {
                T sum = 0;
                for (int r = first; r < Math.Min(rows, first + Block); r++, row += stride)
                {
                    sum += from.First<T>(row, 0) - middle;
                }

                total += sum;
            }

            middle += total / rows;
            *(T*)a.Sums = middle;
            total = 0;
            row = from.Kept(a.X);
            for (int first = 0; first < rows; first += Block)
            {
                T sum = 0;
                for (int r = first; r < Math.Min(rows, first + Block); r++, row += stride)
                {
                    T distance = *(T*)row - middle;
                    sum = T.MultiplyAdd(distance, distance, sum);
                }

                total += sum;
            }

            *(T*)a.Dots = total;
        }
    }

    private readonly struct ApplyLoop<TAct>(TAct activation) : IPanelLoop
        where TAct : unmanaged, IUnaryOp
    {
        public static int Registers => 4;

        [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
        public void Several(in NormArrays<TScalar> a, int stride, int rows)
        {
            TAct f = activation;
            int w = Width;
            TVector* m = (TVector*)a.Middles, k = (TVector*)a.Factors, b = (TVector*)a.Shifts;
            TVector m0 = m[0], m1 = m[1], m2 = m[2], m3 = m[3];
            TVector k0 = k[0], k1 = k[1], k2 = k[2], k3 = k[3];
            TVector b0 = b[0], b1 = b[1], b2 = b[2], b3 = b[3];
            TScalar* x = a.X;
            TScalar* y = a.Y;
            for (int r = 0; r < rows; r++, x += stride, y += stride)
            {
                *(TVector*)y = f.Forward(TVector.MultiplyAdd(*(TVector*)x - m0, k0, b0));
                *(TVector*)(y + w) = f.Forward(TVector.MultiplyAdd(*(TVector*)(x + w) - m1, k1, b1));
                *(TVector*)(y + (2 * w)) = f.Forward(TVector.MultiplyAdd(*(TVector*)(x + (2 * w)) - m2, k2, b2));
                *(TVector*)(y + (3 * w)) = f.Forward(TVector.MultiplyAdd(*(TVector*)(x + (3 * w)) - m3, k3, b3));
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
        public void One<T>(in NormArrays<TScalar> a, int stride, int rows)
            where T : unmanaged, IReal<T>
        {
            TAct f = activation;
            T m = *(T*)a.Middles, k = *(T*)a.Factors, b = *(T*)a.Shifts;
            TScalar* x = a.X;
            TScalar* y = a.Y;
            for (int r = 0; r < rows; r++, x += stride, y += stride)
            {
                *(T*)y = f.Forward(T.MultiplyAdd(*(T*)x - m, k, b));
            }
        }
    }

    private readonly struct GradientSumsLoop<TAct>(OutputGradient<TScalar, TAct> gradient) : IPanelLoop
        where TAct : unmanaged, IUnaryOp
    {
        public static int Registers => 2;

        [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
        public void Several(in NormArrays<TScalar> a, int stride, int rows)
        {
            OutputGradient<TScalar, TAct> before = gradient;
            int w = Width;
            TVector m0 = ((TVector*)a.Middles)[0], m1 = ((TVector*)a.Middles)[1];
            TVector t0 = 0, t1 = 0, u0 = 0, u1 = 0;
            TScalar* x = a.X;
            TScalar* dy = a.Dy;
            for (int first = 0; first < rows; first += Block)
            {
                TVector s0 = 0, s1 = 0, p0 = 0, p1 = 0;
                for (int r = first; r < Math.Min(rows, first + Block); r++, x += stride, dy += stride)
                {
                    TVector g0 = before.At<TVector>(dy);
                    TVector g1 = before.At<TVector>(dy + w);
                    s0 += g0;
                    s1 += g1;
                    p0 = TVector.MultiplyAdd(*(TVector*)x - m0, g0, p0);
                    p1 = TVector.MultiplyAdd(*(TVector*)(x + w) - m1, g1, p1);
                }

                t0 += s0;
                t1 += s1;
                u0 += p0;
                u1 += p1;
            }

            ((TVector*)a.Sums)[0] = t0;
            ((TVector*)a.Sums)[1] = t1;
            ((TVector*)a.Dots)[0] = u0;
            ((TVector*)a.Dots)[1] = u1;
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
        public void One<T>(in NormArrays<TScalar> a, int stride, int rows)
            where T : unmanaged, IReal<T>
        {
            OutputGradient<TScalar, TAct> before = gradient;
            T m = *(T*)a.Middles;
            T total = 0;
            T product = 0;
            TScalar* x = a.X;
            TScalar* dy = a.Dy;
            for (int first = 0; first < rows; first += Block)
            {
                T s = 0;
                T p = 0;
                for (int r = first; r < Math.Min(rows, first + Block); r++, x += stride, dy += stride)
                {
                    T g = before.At<T>(dy);
                    s += g;
                    p = T.MultiplyAdd(*(T*)x - m, g, p);
                }

                total += s;
                product += p;
            }

            *(T*)a.Sums = total;
            *(T*)a.Dots = product;
        }
    }

    private readonly struct ApplyGradientLoop<TAct>(OutputGradient<TScalar, TAct> gradient) : IPanelLoop
        where TAct : unmanaged, IUnaryOp
    {
        public static int Registers => 2;

        [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
        public void Several(in NormArrays<TScalar> a, int stride, int rows)
        {
            OutputGradient<TScalar, TAct> before = gradient;
            int w = Width;
            TVector m0 = ((TVector*)a.Middles)[0], m1 = ((TVector*)a.Middles)[1];
            TVector f0 = ((TVector*)a.Factors)[0], f1 = ((TVector*)a.Factors)[1];
            TVector k0 = ((TVector*)a.Slopes)[0], k1 = ((TVector*)a.Slopes)[1];
            TVector b0 = ((TVector*)a.Shifts)[0], b1 = ((TVector*)a.Shifts)[1];
            TScalar* x = a.X;
            TScalar* dy = a.Dy;
            TScalar* dx = a.Y;
            for (int r = 0; r < rows; r++, x += stride, dy += stride, dx += stride)
            {
                *(TVector*)dx = TVector.MultiplyAdd(before.At<TVector>(dy), f0, TVector.MultiplyAdd(*(TVector*)x - m0, k0, b0));
                *(TVector*)(dx + w) = TVector.MultiplyAdd(
                    before.At<TVector>(dy + w), f1, TVector.MultiplyAdd(*(TVector*)(x + w) - m1, k1, b1));
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
        public void One<T>(in NormArrays<TScalar> a, int stride, int rows)
            where T : unmanaged, IReal<T>
        {
            OutputGradient<TScalar, TAct> before = gradient;
            T m = *(T*)a.Middles, f = *(T*)a.Factors, k = *(T*)a.Slopes, b = *(T*)a.Shifts;
            TScalar* x = a.X;
            TScalar* dy = a.Dy;
            TScalar* dx = a.Y;
            for (int r = 0; r < rows; r++, x += stride, dy += stride, dx += stride)
            {
                *(T*)dx = T.MultiplyAdd(before.At<T>(dy), f, T.MultiplyAdd(*(T*)x - m, k, b));
            }
        }
    }
}
