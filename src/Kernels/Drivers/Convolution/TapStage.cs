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

    private static void Sheet(
        TapPlan plan, in TapBlock block, TStored* source, in ImagePlace place, int phase1, int phase2, T* target)
    {
        TapAxis third = plan.Axes[2];
        int pitch = third.Pitch;
        int start = plan.BandAxis == 2 ? block.Start : 0;
        int from = Math.Clamp(third.Origin - start, 0, pitch);
        int end = ((third.Source - phase2 + third.In - 1) / third.In) + third.Origin - start;
        end = Math.Clamp(end, from, pitch);
        nint skip = ((nint)(from - third.Origin + start) * third.In) + phase2;
        int step = third.In * place.Third;
        int count = end - from;
        for (int i = 0; i < plan.Axes[1].Pitch; i++, target += pitch)
        {
            int at = source is null ? -1 : Place(plan, block, 1, i, phase1);
            if (at < 0)
            {
                Zero(target, pitch);
                continue;
            }

            TStored* line = source + ((nint)at * place.Second) + (skip * place.Third);
            Zero(target, from);
            if (step == 1)
            {
                Line(line, target + from, count);
            }
            else
            {
                for (int j = 0; j < count; j++)
                {
                    target[from + j] = TStored.Load(line[j * step]);
                }
            }

            Zero(target + end, pitch - end);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Zero(T* target, int count)
    {
        for (int i = 0; i < count; i++)
        {
            target[i] = default;
        }
    }

    private static void Line(TStored* source, T* target, int count)
    {
        if (StoredRows<TStored, T>.IsPlain)
        {
            Unsafe.CopyBlockUnaligned(target, source, (uint)(count * sizeof(T)));
        }
        else
        {
            StoredRows<TStored, T>.Load(source, target, count);
        }
    }
}
