using System.Runtime.CompilerServices;

namespace DeepSharp.Kernels;

/// <summary>Copies a block's channels with zeros around them into a core's cache, phase by phase, as <see cref="TapPlan"/> reads them.</summary>
internal static unsafe class TapStage<TStored, T>
    where TStored : unmanaged, IStored<TStored, T>
    where T : unmanaged
{
    /// <summary>Stages channels that begin at <paramref name="source"/>.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="block">The block.</param>
    /// <param name="source">The first channel of the first image of the block.</param>
    /// <param name="place">How far apart its neighbours are.</param>
    /// <param name="channels">The channels.</param>
    /// <param name="target">Where the first plane goes; in front of it stand as many zeros as the plan says.</param>
    internal static void Run(TapPlan plan, in TapBlock block, TStored* source, in ImagePlace place, int channels, T* target)
    {
        (TapAxis first, TapAxis second, TapAxis third) = (plan.Axes[0], plan.Axes[1], plan.Axes[2]);
        for (int c = 0; c < channels; c++)
        {
            T* plane = target + ((nint)c * plan.Channel);
            TStored* channel = source + ((nint)c * place.Channel);
            foreach (int phase0 in first.Phases)
            {
                foreach (int phase1 in second.Phases)
                {
                    foreach (int phase2 in third.Phases)
                    {
                        if (plane == target || block.Images < plan.Images)
                        {
                            // Else the zeros before the first line are those behind the last one of the plane before.
                            new Span<T>(plane - plan.Before, plan.Before).Clear();
                        }

                        for (int image = 0; image < block.Images; image++)
                        {
                            T* sheet = plane + ((nint)image * plan.Image);
                            for (int i = 0; i < first.Pitch; i++, sheet += plan.Sheet)
                            {
                                int at = Place(plan, block, 0, i, phase0);
                                TStored* lines = at < 0 ? null : channel + ((nint)image * place.Image) + ((nint)at * place.First);
                                Sheet(plan, block, lines, place, phase1, phase2, sheet);
                            }
                        }

                        plane += plan.Plane;
                    }
                }
            }
        }
    }

    // The source's line that stands at a place of the stage; below zero for zeros.
    private static int Place(TapPlan plan, in TapBlock block, int axis, int index, int phase)
    {
        TapAxis along = plan.Axes[axis];
        int place = ((index - along.Origin + (axis == plan.BandAxis ? block.Start : 0)) * along.In) + phase;
        return place < along.Source ? place : -1;
    }

    // The places of the stage that the source's numbers of a phase stand at, along an axis.
    private static (int From, int End) Filled(TapPlan plan, in TapBlock block, int axis, int phase)
    {
        TapAxis along = plan.Axes[axis];
        int shift = along.Origin - (axis == plan.BandAxis ? block.Start : 0);
        int from = Math.Clamp(shift, 0, along.Pitch);
        return (from, Math.Clamp(((along.Source - phase + along.In - 1) / along.In) + shift, from, along.Pitch));
    }

    private static void Sheet(
        TapPlan plan, in TapBlock block, TStored* source, in ImagePlace place, int phase1, int phase2, T* target)
    {
        (TapAxis second, TapAxis third) = (plan.Axes[1], plan.Axes[2]);
        int pitch = third.Pitch;
        (int first, int last) = source is null ? (0, 0) : Filled(plan, block, 1, phase1);
        (int from, int end) = Filled(plan, block, 2, phase2);
        new Span<T>(target, first * pitch).Clear();
        new Span<T>(target + (last * pitch), (second.Pitch - last) * pitch).Clear();
        if (first == last)
        {
            return;
        }

        TStored* line = source + ((nint)Place(plan, block, 1, first, phase1) * place.Second)
            + ((nint)Place(plan, block, 2, from, phase2) * place.Third);
        target += (first * pitch) + from;
        nint next = (nint)second.In * place.Second;
        int step = third.In * place.Third;
        if (from == end)
        {
            new Span<T>(target - from, (last - first) * pitch).Clear();
        }
        else if (step == 1 && StoredRows<TStored, T>.IsPlain)
        {
            StageLines.Copy((byte*)line, next * sizeof(T), last - first, (end - from) * sizeof(T), (byte*)target, from * sizeof(T), pitch * sizeof(T));
        }
        else
        {
            Lines(line, next, step, last - first, end - from, target, from, pitch);
        }
    }

    // Lines that are converted or picked from, with zeros before and behind.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Lines(TStored* line, nint next, int step, int lines, int count, T* target, int from, int pitch)
    {
        for (; lines > 0; lines--, line += next, target += pitch)
        {
            for (int j = -from; j < 0; j++)
            {
                target[j] = default;
            }

            if (step == 1)
            {
                StoredRows<TStored, T>.Load(line, target, count);
            }
            else if (step == 2 && typeof(TStored) == typeof(F32))
            {
                StageLines.EverySecond((uint*)line, (uint*)target, count);
            }
            else
            {
                for (int j = 0; j < count; j++)
                {
                    target[j] = TStored.Load(line[j * step]);
                }
            }

            for (int j = count; j < pitch - from; j++)
            {
                target[j] = default;
            }
        }
    }
}
