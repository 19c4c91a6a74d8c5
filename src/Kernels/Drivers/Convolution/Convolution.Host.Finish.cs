using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace DeepSharp.Kernels;

// The way of the sums to their places.
internal unsafe partial struct HostConvolution<TStored, T, TVector, TRegister, TAct>
{
    // f(sum + bias) of the outputs, without the gaps, line by line as they stand in memory.
    private readonly void Finish(in TapBlock block, int channel, int rows, T* sums)
    {
        (TapAxis first, TapAxis second, TapAxis third) = (_plan.Axes[0], _plan.Axes[1], _plan.Axes[2]);
        (int start0, int end0) = Targets(block, 0);
        (int start1, int end1) = Targets(block, 1);
        (int start2, int end2) = Targets(block, 2);
        int count = end2 - start2;
        int size = first.Target * second.Target * third.Target;
        int sheets = second.Taps.Length * third.Taps.Length;

        // Lines at once, where one follows the other in the sums, too.
        int together = second.Out == 1 ? end1 - start1 : 1;
        for (int i = 0; i < rows; i++)
        {
            T bias = _x.Bias is null ? default : _x.Bias[channel + i];
            for (int image = 0; image < block.Images; image++)
            {
                TStored* plane = _x.Target + ((((nint)(block.Image + image) * _x.Shape.Groups * _x.TargetChannels) + channel + i) * size) + start2;
                T* from = sums + ((nint)i * _sumPitch) + ((nint)image * _sumImage);
                for (int y0 = start0; y0 < end0; y0++)
                {
                    T* sheet = from + (y0 % first.Out * sheets * Area) + ((nint)((y0 - start0) / first.Out) * _sumSheet);
                    for (int y1 = start1; y1 < end1; y1 += together)
                    {
                        T* line = sheet + (y1 % second.Out * third.Taps.Length * Area) + ((nint)((y1 - start1) / second.Out) * _sumLine);
                        int room = count == third.Target ? (((end0 - y0) * (end1 - start1)) - (y1 - start1)) * count : count;
                        Lines(line, plane + (((nint)y0 * second.Target) + y1) * third.Target, together, count, room, bias);
                    }
                }
            }
        }
    }

    // The places of the target that a block makes, along an axis.
    private readonly (int Start, int End) Targets(in TapBlock block, int axis)
    {
        TapAxis along = _plan.Axes[axis];
        return axis == _plan.BandAxis
            ? (block.Start * along.Out, Math.Min((block.Start + _plan.Band) * along.Out, along.Target))
            : (0, along.Target);
    }

    // Lines of outputs, in registers as long as there is room for them: what is written behind a line, the next one overwrites.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private readonly void Lines(T* from, TStored* to, int lines, int count, int room, T bias)
    {
        int lanes = sizeof(TVector) / sizeof(T);
        int next = _plan.Axes[2].Target;
        int used = room > count ? count : 0;
        int step = _plan.Axes[2].Out;
        TVector shift = typeof(T) == typeof(F32) ? *(float*)&bias : *(double*)&bias;
        for (; lines > 0; lines--, from += _sumLine, to += next, room -= used)
        {
            int j = 0;
            if (step == 1 && StoredRows<TStored, T>.IsPlain)
            {
                for (; j < count && j + lanes <= room; j += lanes)
                {
                    *(TVector*)(to + j) = _activation.Forward(*(TVector*)(from + j) + shift);
                }

                for (; j < count; j++)
                {
                    *(T*)(to + j) = _activation.Forward(from[j] + bias);
                }
            }
            else if (step == 1)
            {
                for (; j + lanes <= count; j += lanes)
                {
                    *(TVector*)(from + j) = _activation.Forward(*(TVector*)(from + j) + shift);
                }

                for (; j < count; j++)
                {
                    from[j] = _activation.Forward(from[j] + bias);
                }

                StoredRows<TStored, T>.Store(from, to, count);
            }
            else
            {
                if (step == 2 && typeof(TStored) == typeof(F32) && sizeof(TVector) == sizeof(Vector512<uint>))
                {
                    // Two remainders in turn.
                    for (; j < count && j + (2 * lanes) <= room; j += 2 * lanes)
                    {
                        TVector even = _activation.Forward(*(TVector*)(from + (j / 2)) + shift);
                        TVector odd = _activation.Forward(*(TVector*)(from + (j / 2) + Area) + shift);
                        StageLines.Zip(*(Vector512<uint>*)&even, *(Vector512<uint>*)&odd, (uint*)(to + j));
                    }
                }

                for (; j < count; j++)
                {
                    to[j] = TStored.Store(_activation.Forward(from[(j % step * Area) + (j / step)] + bias));
                }
            }
        }
    }
}
