using System.Runtime.CompilerServices;

namespace DeepSharp.Kernels;

/// <summary>The loops of batch norm where a feature has long rows, one in each sample.</summary>
internal readonly unsafe struct NormRows<TScalar, TVector> : INormForm<TScalar>
    where TScalar : unmanaged, IReal<TScalar>
    where TVector : unmanaged, IReal<TVector>
{
    // Elements that are added up one after the other before their sum joins the total: a multiple of all registers.
    private const int Block = 1024;

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void Moments<TSource>(
        HostNormSource<TScalar, TSource> source, in NormPlan plan, int piece, int panel, in NormArrays<TScalar> a)
        where TSource : unmanaged, INormSource
    {
        int w = Lanes<TScalar, TVector>.Width;
        int length = plan.Length;
        int full = length / w * w;
        int dead = Lanes<TScalar, TVector>.Dead(length);
        TVector index = Lanes<TScalar, TVector>.Index;
        long stride = (long)plan.Features * length;
        int start = plan.PieceStart(piece);
        int rows = plan.PieceEnd(piece) - start;
        TScalar* first = a.X + (start * stride) + ((long)panel * length);

        // Distances from the first value at first, from the mean then.
        TScalar middle = source.First<TScalar>(first, 0);
        TVector m = Lanes<TScalar, TVector>.Fill(middle);
        TVector zero = 0;

        // Once around for the mean, once for the squares.
        for (int pass = 0; pass < 2; pass++)
        {
            TVector total = 0;
            TVector part = 0;
            int pending = 0;
            TScalar* row = pass == 0 ? first : source.Kept(first);
            for (int r = 0; r < rows; r++, row += stride)
            {
                for (int block = 0; block < full; block += Block)
                {
                    int end = Math.Min(full, block + Block);
                    TVector s0 = 0, s1 = 0;
                    int i = block;
                    if (pass == 0)
                    {
                        for (; i <= end - (2 * w); i += 2 * w)
                        {
                            s0 += source.First<TVector>(row, i) - m;
                            s1 += source.First<TVector>(row, i + w) - m;
                        }

                        s0 += i < end ? source.First<TVector>(row, i) - m : zero;
                    }
                    else
                    {
                        for (; i <= end - (2 * w); i += 2 * w)
                        {
                            TVector d0 = *(TVector*)(row + i) - m;
                            TVector d1 = *(TVector*)(row + i + w) - m;
                            s0 = TVector.MultiplyAdd(d0, d0, s0);
                            s1 = TVector.MultiplyAdd(d1, d1, s1);
                        }

                        TVector d = i < end ? *(TVector*)(row + i) - m : zero;
                        s0 = TVector.MultiplyAdd(d, d, s0);
                    }

                    part += s0 + s1;
                    Settle(ref total, ref part, ref pending, end - block);
                }

                if (full < length)
                {
                    TVector d = (pass == 0 ? source.First<TVector>(row, length - w) : *(TVector*)(row + length - w)) - m;
                    part += TVector.IfGreaterOrEqual(index, dead, pass == 0 ? d : d * d, zero);
                }
            }

            TScalar sum = Lanes<TScalar, TVector>.Sum(total + part);
            if (pass == 0)
            {
                middle += sum / plan.PieceCount(piece);
                a.Sums[panel] = middle;
                m = Lanes<TScalar, TVector>.Fill(middle);
            }
            else
            {
                a.Dots[panel] = sum;
            }
        }
    }

    public static void Apply<TAct>(
        TAct activation, in NormPlan plan, int piece, int panel, in NormArrays<TScalar> a)
        where TAct : unmanaged, IUnaryOp
    {
        for (int r = plan.PieceStart(piece); r < plan.PieceEnd(piece); r++)
        {
            long place = (((long)r * plan.Features) + panel) * plan.Length;
            ApplyRow(
                default(HostNormSource<TScalar, InputAlone>), activation, a.Y + place, a.X + place, plan.Length, a.Middles[panel],
                a.Factors[panel], a.Shifts[panel]);
        }
    }

    public static void ApplySamples<TSource, TAct>(
        HostNormSource<TScalar, TSource> source, TAct activation, in NormPlan plan, int start, int end, in NormArrays<TScalar> a)
        where TSource : unmanaged, INormSource
        where TAct : unmanaged, IUnaryOp
    {
        long place = (long)start * plan.Features * plan.Length;
        for (int r = start; r < end; r++)
        {
            for (int feature = 0; feature < plan.Features; feature++, place += plan.Length)
            {
                ApplyRow(
                    source, activation, a.Y + place, a.X + place, plan.Length, a.Middles[feature], a.Factors[feature], a.Shifts[feature]);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void GradientSums<TAct>(
        OutputGradient<TScalar, TAct> gradient, in NormPlan plan, int piece, int panel, in NormArrays<TScalar> a)
        where TAct : unmanaged, IUnaryOp
    {
        int w = Lanes<TScalar, TVector>.Width;
        int length = plan.Length;
        int full = length / w * w;
        int dead = Lanes<TScalar, TVector>.Dead(length);
        TVector index = Lanes<TScalar, TVector>.Index;
        TVector m = Lanes<TScalar, TVector>.Fill(a.Middles[panel]);
        TVector total = 0, part = 0, dotTotal = 0, dotPart = 0;
        int pending = 0;
        for (int r = plan.PieceStart(piece); r < plan.PieceEnd(piece); r++)
        {
            long place = (((long)r * plan.Features) + panel) * length;
            TScalar* from = a.X + place;
            TScalar* given = a.Dy + place;
            for (int block = 0; block < full; block += Block)
            {
                int end = Math.Min(full, block + Block);
                TVector s = 0, p = 0;
                for (int i = block; i < end; i += w)
                {
                    TVector g = gradient.At<TVector>(given + i);
                    s += g;
                    p = TVector.MultiplyAdd(*(TVector*)(from + i) - m, g, p);
                }

                part += s;
                dotPart += p;
                pending += end - block;
                if (pending >= Block)
                {
                    total += part;
                    dotTotal += dotPart;
                    part = 0;
                    dotPart = 0;
                    pending = 0;
                }
            }

            if (full < length)
            {
                TVector g = TVector.IfGreaterOrEqual(index, dead, gradient.At<TVector>(given + length - w), 0);
                TVector p = g * (*(TVector*)(from + length - w) - m);
                part += g;
                dotPart += TVector.IfGreaterOrEqual(index, dead, p, 0);
            }
        }

        a.Sums[panel] = Lanes<TScalar, TVector>.Sum(total + part);
        a.Dots[panel] = Lanes<TScalar, TVector>.Sum(dotTotal + dotPart);
    }

    public static void ApplyGradient<TAct>(
        OutputGradient<TScalar, TAct> gradient, in NormPlan plan, int piece, int panel, in NormArrays<TScalar> a)
        where TAct : unmanaged, IUnaryOp
    {
        for (int r = plan.PieceStart(piece); r < plan.PieceEnd(piece); r++)
        {
            long place = (((long)r * plan.Features) + panel) * plan.Length;
            ApplyGradientRow(
                gradient, a.Y + place, a.Dy + place, a.X + place, plan.Length, a.Middles[panel], a.Factors[panel], a.Slopes[panel],
                a.Shifts[panel]);
        }
    }

    public static void ApplyGradientSamples<TAct>(
        OutputGradient<TScalar, TAct> gradient, in NormPlan plan, int start, int end, in NormArrays<TScalar> a)
        where TAct : unmanaged, IUnaryOp
    {
        long place = (long)start * plan.Features * plan.Length;
        for (int r = start; r < end; r++)
        {
            for (int feature = 0; feature < plan.Features; feature++, place += plan.Length)
            {
                ApplyGradientRow(
                    gradient, a.Y + place, a.Dy + place, a.X + place, plan.Length, a.Middles[feature], a.Factors[feature],
                    a.Slopes[feature], a.Shifts[feature]);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void ApplyRow<TSource, TAct>(
        HostNormSource<TScalar, TSource> source,
        TAct activation,
        TScalar* y,
        TScalar* x,
        int length,
        TScalar middle,
        TScalar factor,
        TScalar shift)
        where TSource : unmanaged, INormSource
        where TAct : unmanaged, IUnaryOp
    {
        int w = Lanes<TScalar, TVector>.Width;
        TVector m = Lanes<TScalar, TVector>.Fill(middle);
        TVector a = Lanes<TScalar, TVector>.Fill(factor);
        TVector b = Lanes<TScalar, TVector>.Fill(shift);
        for (int i = 0; i <= length - w; i += w)
        {
            *(TVector*)(y + i) = activation.Forward(TVector.MultiplyAdd(source.First<TVector>(x, i) - m, a, b));
        }

        // Elements that were done already get the same value again.
        int last = length - w;
        *(TVector*)(y + last) = activation.Forward(TVector.MultiplyAdd(source.First<TVector>(x, last) - m, a, b));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void ApplyGradientRow<TAct>(
        OutputGradient<TScalar, TAct> gradient,
        TScalar* dx,
        TScalar* dy,
        TScalar* x,
        int length,
        TScalar middle,
        TScalar factor,
        TScalar slope,
        TScalar shift)
        where TAct : unmanaged, IUnaryOp
    {
        int w = Lanes<TScalar, TVector>.Width;
        TVector m = Lanes<TScalar, TVector>.Fill(middle);
        TVector a = Lanes<TScalar, TVector>.Fill(factor);
        TVector k = Lanes<TScalar, TVector>.Fill(slope);
        TVector b = Lanes<TScalar, TVector>.Fill(shift);
        for (int i = 0; i <= length - w; i += w)
        {
            *(TVector*)(dx + i) = TVector.MultiplyAdd(
                gradient.At<TVector>(dy + i), a, TVector.MultiplyAdd(*(TVector*)(x + i) - m, k, b));
        }

        int last = length - w;
        *(TVector*)(dx + last) = TVector.MultiplyAdd(
            gradient.At<TVector>(dy + last), a, TVector.MultiplyAdd(*(TVector*)(x + last) - m, k, b));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Settle(ref TVector total, ref TVector part, ref int pending, int added)
    {
        pending += added;
        if (pending >= Block)
        {
            total += part;
            part = 0;
            pending = 0;
        }
    }
}
