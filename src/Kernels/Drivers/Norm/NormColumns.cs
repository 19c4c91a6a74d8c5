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
        HostNormSource<TScalar, TSource> source, in NormPlan plan, int piece, int panel, TScalar* x, TScalar* mean, TScalar* squares)
        where TSource : unmanaged, INormSource
    {
        int start = plan.PieceStart(piece);
        int rows = plan.PieceEnd(piece) - start;
        int stride = plan.Columns;
        TScalar* from = x + ((long)start * stride);
        int end = plan.PanelEnd(panel);
        int c = panel * plan.PanelColumns;
        for (; c <= end - (4 * Width); c += 4 * Width)
        {
            Moments4(source, from + c, stride, rows, mean + c, squares + c);
        }

        for (int step; c < end; c += step)
        {
            int at = Place(c, end, out step);
            if (step == 1)
            {
                Moments1<TScalar, TSource>(source, from + at, stride, rows, mean + at, squares + at);
            }
            else
            {
                Moments1<TVector, TSource>(source, from + at, stride, rows, mean + at, squares + at);
            }
        }
    }

    public static void Apply<TAct>(
        TAct activation, in NormPlan plan, int piece, int panel, TScalar* y, TScalar* x, TScalar* mean, TScalar* scale, TScalar* shift)
        where TAct : unmanaged, IUnaryOp
    {
        int start = plan.PieceStart(piece);
        int rows = plan.PieceEnd(piece) - start;
        int stride = plan.Columns;
        TScalar* to = y + ((long)start * stride);
        TScalar* from = x + ((long)start * stride);
        int end = plan.PanelEnd(panel);
        int c = panel * plan.PanelColumns;
        for (; c <= end - (4 * Width); c += 4 * Width)
        {
            Apply4(activation, to + c, from + c, stride, rows, mean + c, scale + c, shift + c);
        }

        for (int step; c < end; c += step)
        {
            int at = Place(c, end, out step);
            if (step == 1)
            {
                Apply1<TScalar, TAct>(activation, to + at, from + at, stride, rows, mean + at, scale + at, shift + at);
            }
            else
            {
                Apply1<TVector, TAct>(activation, to + at, from + at, stride, rows, mean + at, scale + at, shift + at);
            }
        }
    }

    public static void GradientSums<TAct>(
        OutputGradient<TScalar, TAct> gradient,
        in NormPlan plan,
        int piece,
        int panel,
        TScalar* dy,
        TScalar* x,
        TScalar* mean,
        TScalar* sum,
        TScalar* dot)
        where TAct : unmanaged, IUnaryOp
    {
        int start = plan.PieceStart(piece);
        int rows = plan.PieceEnd(piece) - start;
        int stride = plan.Columns;
        TScalar* given = dy + ((long)start * stride);
        TScalar* from = x + ((long)start * stride);
        int end = plan.PanelEnd(panel);
        int c = panel * plan.PanelColumns;
        for (; c <= end - (2 * Width); c += 2 * Width)
        {
            GradientSums2(gradient, given + c, from + c, stride, rows, mean + c, sum + c, dot + c);
        }

        for (int step; c < end; c += step)
        {
            int at = Place(c, end, out step);
            if (step == 1)
            {
                GradientSums1<TScalar, TAct>(gradient, given + at, from + at, stride, rows, mean + at, sum + at, dot + at);
            }
            else
            {
                GradientSums1<TVector, TAct>(gradient, given + at, from + at, stride, rows, mean + at, sum + at, dot + at);
            }
        }
    }

    public static void ApplyGradient<TAct>(
        OutputGradient<TScalar, TAct> gradient,
        in NormPlan plan,
        int piece,
        int panel,
        TScalar* dx,
        TScalar* dy,
        TScalar* x,
        TScalar* mean,
        TScalar* scale,
        TScalar* slope,
        TScalar* shift)
        where TAct : unmanaged, IUnaryOp
    {
        int start = plan.PieceStart(piece);
        int rows = plan.PieceEnd(piece) - start;
        int stride = plan.Columns;
        long first = (long)start * stride;
        int end = plan.PanelEnd(panel);
        int c = panel * plan.PanelColumns;
        for (; c <= end - (2 * Width); c += 2 * Width)
        {
            ApplyGradient2(
                gradient, dx + first + c, dy + first + c, x + first + c, stride, rows, mean + c, scale + c, slope + c, shift + c);
        }

        for (int step; c < end; c += step)
        {
            int at = Place(c, end, out step);
            long place = first + at;
            if (step == 1)
            {
                ApplyGradient1<TScalar, TAct>(
                    gradient, dx + place, dy + place, x + place, stride, rows, mean + at, scale + at, slope + at, shift + at);
            }
            else
            {
                ApplyGradient1<TVector, TAct>(
                    gradient, dx + place, dy + place, x + place, stride, rows, mean + at, scale + at, slope + at, shift + at);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void ApplySamples<TSource, TAct>(
        HostNormSource<TScalar, TSource> source,
        TAct activation,
        in NormPlan plan,
        int start,
        int end,
        TScalar* y,
        TScalar* x,
        TScalar* mean,
        TScalar* scale,
        TScalar* shift)
        where TSource : unmanaged, INormSource
        where TAct : unmanaged, IUnaryOp
    {
        int w = Width;
        int columns = plan.Columns;
        for (int r = start; r < end; r++)
        {
            TScalar* from = x + ((long)r * columns);
            TScalar* to = y + ((long)r * columns);
            int c = 0;
            for (; c <= columns - w; c += w)
            {
                TVector z = TVector.MultiplyAdd(
                    source.First<TVector>(from, c) - *(TVector*)(mean + c), *(TVector*)(scale + c), *(TVector*)(shift + c));
                *(TVector*)(to + c) = activation.Forward(z);
            }

            for (; c < columns; c++)
            {
                to[c] = activation.Forward(TScalar.MultiplyAdd(source.First<TScalar>(from, c) - mean[c], scale[c], shift[c]));
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void ApplyGradientSamples<TAct>(
        OutputGradient<TScalar, TAct> gradient,
        in NormPlan plan,
        int start,
        int end,
        TScalar* dx,
        TScalar* dy,
        TScalar* x,
        TScalar* mean,
        TScalar* scale,
        TScalar* slope,
        TScalar* shift)
        where TAct : unmanaged, IUnaryOp
    {
        int w = Width;
        int columns = plan.Columns;
        for (int r = start; r < end; r++)
        {
            TScalar* from = x + ((long)r * columns);
            TScalar* given = dy + ((long)r * columns);
            TScalar* to = dx + ((long)r * columns);
            int c = 0;
            for (; c <= columns - w; c += w)
            {
                TVector distance = *(TVector*)(from + c) - *(TVector*)(mean + c);
                TVector rest = TVector.MultiplyAdd(distance, *(TVector*)(slope + c), *(TVector*)(shift + c));
                *(TVector*)(to + c) = TVector.MultiplyAdd(gradient.At<TVector>(given + c), *(TVector*)(scale + c), rest);
            }

            for (; c < columns; c++)
            {
                TScalar rest = TScalar.MultiplyAdd(from[c] - mean[c], slope[c], shift[c]);
                to[c] = TScalar.MultiplyAdd(gradient.At<TScalar>(given + c), scale[c], rest);
            }
        }
    }

    // Where the register that has column c begins, and how many columns it adds; single columns in a narrow matrix.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Place(int c, int end, out int step)
    {
        if (end < Width)
        {
            step = 1;
            return c;
        }

        step = Width;
        return Math.Min(c, end - Width);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Moments4<TSource>(
        HostNormSource<TScalar, TSource> source, TScalar* x, int stride, int rows, TScalar* mean, TScalar* squares)
        where TSource : unmanaged, INormSource
    {
        int w = Width;
        TVector t0 = 0, t1 = 0, t2 = 0, t3 = 0;
        TScalar* row = x;
        for (int first = 0; first < rows; first += Block)
        {
            TVector s0 = 0, s1 = 0, s2 = 0, s3 = 0;
            for (int r = first; r < Math.Min(rows, first + Block); r++, row += stride)
            {
                s0 += source.First<TVector>(row, 0);
                s1 += source.First<TVector>(row, w);
                s2 += source.First<TVector>(row, 2 * w);
                s3 += source.First<TVector>(row, 3 * w);
            }

            t0 += s0;
            t1 += s1;
            t2 += s2;
            t3 += s3;
        }

        TVector count = rows;
        TVector m0 = t0 / count, m1 = t1 / count, m2 = t2 / count, m3 = t3 / count;
        *(TVector*)mean = m0;
        *(TVector*)(mean + w) = m1;
        *(TVector*)(mean + (2 * w)) = m2;
        *(TVector*)(mean + (3 * w)) = m3;
        t0 = 0;
        t1 = 0;
        t2 = 0;
        t3 = 0;
        row = source.Kept(x);
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

        *(TVector*)squares = t0;
        *(TVector*)(squares + w) = t1;
        *(TVector*)(squares + (2 * w)) = t2;
        *(TVector*)(squares + (3 * w)) = t3;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Moments1<T, TSource>(
        HostNormSource<TScalar, TSource> source, TScalar* x, int stride, int rows, TScalar* mean, TScalar* squares)
        where T : unmanaged, IReal<T>
        where TSource : unmanaged, INormSource
    {
        T total = 0;
        TScalar* row = x;
        for (int first = 0; first < rows; first += Block)
        {
            T sum = 0;
            for (int r = first; r < Math.Min(rows, first + Block); r++, row += stride)
            {
                sum += source.First<T>(row, 0);
            }

            total += sum;
        }

        T middle = total / rows;
        *(T*)mean = middle;
        total = 0;
        row = source.Kept(x);
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

        *(T*)squares = total;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Apply4<TAct>(
        TAct activation, TScalar* y, TScalar* x, int stride, int rows, TScalar* mean, TScalar* scale, TScalar* shift)
        where TAct : unmanaged, IUnaryOp
    {
        int w = Width;
        TVector m0 = *(TVector*)mean, m1 = *(TVector*)(mean + w), m2 = *(TVector*)(mean + (2 * w)), m3 = *(TVector*)(mean + (3 * w));
        TVector a0 = *(TVector*)scale, a1 = *(TVector*)(scale + w), a2 = *(TVector*)(scale + (2 * w)), a3 = *(TVector*)(scale + (3 * w));
        TVector b0 = *(TVector*)shift, b1 = *(TVector*)(shift + w), b2 = *(TVector*)(shift + (2 * w)), b3 = *(TVector*)(shift + (3 * w));
        for (int r = 0; r < rows; r++, x += stride, y += stride)
        {
            *(TVector*)y = activation.Forward(TVector.MultiplyAdd(*(TVector*)x - m0, a0, b0));
            *(TVector*)(y + w) = activation.Forward(TVector.MultiplyAdd(*(TVector*)(x + w) - m1, a1, b1));
            *(TVector*)(y + (2 * w)) = activation.Forward(TVector.MultiplyAdd(*(TVector*)(x + (2 * w)) - m2, a2, b2));
            *(TVector*)(y + (3 * w)) = activation.Forward(TVector.MultiplyAdd(*(TVector*)(x + (3 * w)) - m3, a3, b3));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Apply1<T, TAct>(
        TAct activation, TScalar* y, TScalar* x, int stride, int rows, TScalar* mean, TScalar* scale, TScalar* shift)
        where T : unmanaged, IReal<T>
        where TAct : unmanaged, IUnaryOp
    {
        T m = *(T*)mean;
        T a = *(T*)scale;
        T b = *(T*)shift;
        for (int r = 0; r < rows; r++, x += stride, y += stride)
        {
            *(T*)y = activation.Forward(T.MultiplyAdd(*(T*)x - m, a, b));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void GradientSums2<TAct>(
        OutputGradient<TScalar, TAct> gradient, TScalar* dy, TScalar* x, int stride, int rows, TScalar* mean, TScalar* sum, TScalar* dot)
        where TAct : unmanaged, IUnaryOp
    {
        int w = Width;
        TVector m0 = *(TVector*)mean, m1 = *(TVector*)(mean + w);
        TVector t0 = 0, t1 = 0, u0 = 0, u1 = 0;
        for (int first = 0; first < rows; first += Block)
        {
            TVector s0 = 0, s1 = 0, p0 = 0, p1 = 0;
            for (int r = first; r < Math.Min(rows, first + Block); r++, x += stride, dy += stride)
            {
                TVector g0 = gradient.At<TVector>(dy);
                TVector g1 = gradient.At<TVector>(dy + w);
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

        *(TVector*)sum = t0;
        *(TVector*)(sum + w) = t1;
        *(TVector*)dot = u0;
        *(TVector*)(dot + w) = u1;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void GradientSums1<T, TAct>(
        OutputGradient<TScalar, TAct> gradient, TScalar* dy, TScalar* x, int stride, int rows, TScalar* mean, TScalar* sum, TScalar* dot)
        where T : unmanaged, IReal<T>
        where TAct : unmanaged, IUnaryOp
    {
        T m = *(T*)mean;
        T total = 0;
        T product = 0;
        for (int first = 0; first < rows; first += Block)
        {
            T s = 0;
            T p = 0;
            for (int r = first; r < Math.Min(rows, first + Block); r++, x += stride, dy += stride)
            {
                T g = gradient.At<T>(dy);
                s += g;
                p = T.MultiplyAdd(*(T*)x - m, g, p);
            }

            total += s;
            product += p;
        }

        *(T*)sum = total;
        *(T*)dot = product;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void ApplyGradient2<TAct>(
        OutputGradient<TScalar, TAct> gradient,
        TScalar* dx,
        TScalar* dy,
        TScalar* x,
        int stride,
        int rows,
        TScalar* mean,
        TScalar* scale,
        TScalar* slope,
        TScalar* shift)
        where TAct : unmanaged, IUnaryOp
    {
        int w = Width;
        TVector m0 = *(TVector*)mean, m1 = *(TVector*)(mean + w);
        TVector a0 = *(TVector*)scale, a1 = *(TVector*)(scale + w);
        TVector k0 = *(TVector*)slope, k1 = *(TVector*)(slope + w);
        TVector b0 = *(TVector*)shift, b1 = *(TVector*)(shift + w);
        for (int r = 0; r < rows; r++, x += stride, dy += stride, dx += stride)
        {
            *(TVector*)dx = TVector.MultiplyAdd(gradient.At<TVector>(dy), a0, TVector.MultiplyAdd(*(TVector*)x - m0, k0, b0));
            *(TVector*)(dx + w) = TVector.MultiplyAdd(
                gradient.At<TVector>(dy + w), a1, TVector.MultiplyAdd(*(TVector*)(x + w) - m1, k1, b1));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void ApplyGradient1<T, TAct>(
        OutputGradient<TScalar, TAct> gradient,
        TScalar* dx,
        TScalar* dy,
        TScalar* x,
        int stride,
        int rows,
        TScalar* mean,
        TScalar* scale,
        TScalar* slope,
        TScalar* shift)
        where T : unmanaged, IReal<T>
        where TAct : unmanaged, IUnaryOp
    {
        T m = *(T*)mean;
        T a = *(T*)scale;
        T k = *(T*)slope;
        T b = *(T*)shift;
        for (int r = 0; r < rows; r++, x += stride, dy += stride, dx += stride)
        {
            *(T*)dx = T.MultiplyAdd(gradient.At<T>(dy), a, T.MultiplyAdd(*(T*)x - m, k, b));
        }
    }
}
