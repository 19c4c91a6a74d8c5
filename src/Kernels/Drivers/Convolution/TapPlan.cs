namespace DeepSharp.Kernels;

/// <summary>One weight along an axis: output q gathers what stands at place q + <paramref name="Shift"/> of a phase of the source.</summary>
/// <param name="Weight">Which weight.</param>
/// <param name="Phase">Which of the axis's phases.</param>
/// <param name="Shift">How far from the output's place.</param>
internal readonly record struct Tap(int Weight, int Phase, int Shift);

/// <summary>An axis of a convolution or of a transposed one as a sum over taps: target[q Out + r] = Σ weight source[(q + shift) In + phase].</summary>
/// <remarks>
/// A convolution of stride s reads s phases of its source and has one remainder r; a transposed one has one phase, and s remainders, each
/// with taps of its own. So either is gathered, without strides: target and source are cut into their phases instead.
/// </remarks>
internal sealed class TapAxis
{
    private readonly List<int> _phases = [];

    internal TapAxis(in ConvolutionAxis axis, bool transposed)
    {
        (In, Out) = transposed ? (1, axis.Stride) : (axis.Stride, 1);
        (Source, Target) = transposed ? (axis.Output, axis.Source) : (axis.Source, axis.Output);
        Taps = new Tap[Math.Min(Out, Target)][];
        for (int r = 0; r < Taps.Length; r++)
        {
            List<Tap> taps = [];
            for (int k = 0; k < axis.Kernel; k++)
            {
                int reach = (k * axis.Dilation) - axis.Padding;
                reach = transposed ? r - reach : reach;
                if (reach % Out == 0)
                {
                    reach /= Out;
                    int phase = ((reach % In) + In) % In;
                    int shift = (reach - phase) / In;
                    taps.Add(new(k, PhaseNumber(phase), shift));
                    Least = Math.Min(Least, shift);
                    Most = Math.Max(Most, shift);
                }
            }

            Taps[r] = [.. taps];
        }

        Count = (Target + Out - 1) / Out;
        Length = (Source + In - 1) / In;
        Pitch = Math.Max(Math.Max(Length - Least, Count + Most), Math.Max(Length, Count));
    }

    /// <summary>The stride in the source.</summary>
    internal int In { get; }

    /// <summary>The stride in the target.</summary>
    internal int Out { get; }

    /// <summary>The length of the source.</summary>
    internal int Source { get; }

    /// <summary>The length of the target.</summary>
    internal int Target { get; }

    /// <summary>The taps for each remainder.</summary>
    internal Tap[][] Taps { get; }

    /// <summary>Which phases of the source the taps read.</summary>
    internal IReadOnlyList<int> Phases => _phases;

    /// <summary>The smallest shift, or zero.</summary>
    internal int Least { get; }

    /// <summary>The largest shift, or zero.</summary>
    internal int Most { get; }

    /// <summary>The outputs of the first remainder, which has the most.</summary>
    internal int Count { get; }

    /// <summary>The numbers of a phase of the source.</summary>
    internal int Length { get; }

    /// <summary>From one line of staged numbers to the next: so far that all taps of all outputs find zeros outside the source.</summary>
    /// <remarks>The zeros behind a line are those before the next one.</remarks>
    internal int Pitch { get; set; }

    /// <summary>Where in a staged line the source's first number stands.</summary>
    internal int Origin { get; set; }

    /// <summary>The outputs of a remainder.</summary>
    internal int CountOf(int remainder) => (Target - remainder + Out - 1) / Out;

    private int PhaseNumber(int phase)
    {
        int number = _phases.IndexOf(phase);
        if (number < 0)
        {
            number = _phases.Count;
            _phases.Add(phase);
        }

        return number;
    }
}

/// <summary>How the host goes through a convolution: blocks of images, or bands of one image, that are staged and then read at shifts.</summary>
/// <remarks>
/// A block's channels are staged plane behind plane, each phase of each channel as its images' lines with zeros between. An output at place f
/// of such a plane gathers from f + shift, whatever its line: so the outputs of many lines, with the gaps between, are one row of a product.
/// </remarks>
internal sealed class TapPlan
{
    internal TapPlan(in ConvolutionShape shape, bool transposed, int places)
    {
        Axes = [new(shape.First, transposed), new(shape.Second, transposed), new(shape.Third, transposed)];
        (Kernel1, Kernel2) = (shape.Second.Kernel, shape.Third.Kernel);
        BandAxis = Axes[0].Count > 1 ? 0 : Axes[1].Count > 1 ? 1 : 2;
        Band = Axes[BandAxis].Count;
        Batch = shape.Batch;
        int flat = Axes[0].Pitch * Axes[1].Pitch * Axes[2].Pitch;
        Images = Math.Clamp(places / Math.Max(1, flat), 1, Batch);
        Images = Even(Batch, Images);
        TapAxis banded = Axes[BandAxis];
        int band = (int)Math.Max(1, (long)places * banded.Pitch / Math.Max(1, flat));
        if (band < Band)
        {
            Band = Even(Band, band);
            banded.Pitch = Band + banded.Most - banded.Least;
            banded.Origin = -banded.Least;
        }

        Images = Band < banded.Count ? 1 : Images;
        Bands = (banded.Count + Band - 1) / Band;
        Blocks = (Batch + Images - 1) / Images * Bands;
        Line = Axes[2].Pitch;
        Sheet = Axes[1].Pitch * Line;
        Image = Axes[0].Pitch * Sheet;
        Plane = Images * Image;
        Phases = Axes[0].Phases.Count * Axes[1].Phases.Count * Axes[2].Phases.Count;
        Channel = Phases * Plane;
        int least = 0;
        int most = 0;
        for (int axis = 0; axis < 3; axis++)
        {
            int pitch = axis == 0 ? Sheet : axis == 1 ? Line : 1;
            least += (Axes[axis].Least + Axes[axis].Origin) * pitch;
            most += (Axes[axis].Most + Axes[axis].Origin) * pitch;
            Start += Axes[axis].Origin * pitch;
        }

        Before = -Math.Min(0, least);
        Behind = most;
    }

    internal TapAxis[] Axes { get; }

    internal int Batch { get; }

    /// <summary>The lengths of the kernel along the last two axes.</summary>
    internal int Kernel1 { get; }

    internal int Kernel2 { get; }

    /// <summary>The images of a block.</summary>
    internal int Images { get; }

    /// <summary>The axis that bands are cut from.</summary>
    internal int BandAxis { get; }

    /// <summary>The outputs of a remainder along that axis in a block.</summary>
    internal int Band { get; }

    internal int Bands { get; }

    internal int Blocks { get; }

    /// <summary>From one line to the next, one sheet of lines, one image, one phase, and one channel.</summary>
    internal int Line { get; }

    internal int Sheet { get; }

    internal int Image { get; }

    internal int Plane { get; }

    internal int Channel { get; }

    internal int Phases { get; }

    /// <summary>The place of the first output.</summary>
    internal int Start { get; }

    /// <summary>How far taps reach before the first plane.</summary>
    internal int Before { get; }

    /// <summary>How far they reach beyond an output.</summary>
    internal int Behind { get; }

    /// <summary>From an output's place to what a tap on each axis reads.</summary>
    internal int Reach(Tap first, Tap second, Tap third)
    {
        int phase = (((first.Phase * Axes[1].Phases.Count) + second.Phase) * Axes[2].Phases.Count) + third.Phase;
        return (phase * Plane) + (first.Shift * Sheet) + (second.Shift * Line) + third.Shift;
    }

    /// <summary>The outputs of a block.</summary>
    internal TapBlock Block(int number)
    {
        int image = number / Bands * Images;
        int start = number % Bands * Band;
        return new(image, Math.Min(Images, Batch - image), start);
    }

    /// <summary>How many outputs of a remainder a block has along an axis.</summary>
    internal int Count(int axis, int remainder, in TapBlock block)
    {
        int count = Axes[axis].CountOf(remainder);
        return axis == BandAxis ? Math.Clamp(count - block.Start, 0, Band) : count;
    }

    /// <summary>Nearly equal parts of at most so many, an even number of them if there are several.</summary>
    internal static int Even(int count, int most)
    {
        int parts = (count + most - 1) / most;
        parts += parts > 1 ? parts & 1 : 0;
        return Math.Max(1, (count + parts - 1) / Math.Max(1, parts));
    }
}

/// <summary>A block: so many images from one on, and where along the axis of bands it begins.</summary>
internal readonly record struct TapBlock(int Image, int Images, int Start);

/// <summary>The outputs with one remainder along each axis, and the taps that they have in common.</summary>
/// <param name="First">The remainder along the first axis.</param>
/// <param name="Second">Along the second.</param>
/// <param name="Third">Along the third.</param>
/// <param name="Taps">The number of each tap's weight, and how far it reaches.</param>
internal sealed record TapRemainder(int First, int Second, int Third, (int Weight, int Reach)[] Taps)
{
    /// <summary>All remainders.</summary>
    internal static TapRemainder[] Of(TapPlan plan)
    {
        Tap[][] first = plan.Axes[0].Taps;
        Tap[][] second = plan.Axes[1].Taps;
        Tap[][] third = plan.Axes[2].Taps;
        List<TapRemainder> all = [];
        for (int r0 = 0; r0 < first.Length; r0++)
        {
            for (int r1 = 0; r1 < second.Length; r1++)
            {
                for (int r2 = 0; r2 < third.Length; r2++)
                {
                    all.Add(new(r0, r1, r2, Products(plan, first[r0], second[r1], third[r2])));
                }
            }
        }

        return [.. all];
    }

    /// <summary>The places from a block's first output to its last, gaps included.</summary>
    internal int Places(TapPlan plan, in TapBlock block)
    {
        int count0 = plan.Count(0, First, block);
        int count1 = plan.Count(1, Second, block);
        int count2 = plan.Count(2, Third, block);
        return count0 == 0 || count1 == 0 || count2 == 0
            ? 0
            : ((block.Images - 1) * plan.Image) + ((count0 - 1) * plan.Sheet) + ((count1 - 1) * plan.Line) + count2;
    }

    private static (int Weight, int Reach)[] Products(TapPlan plan, Tap[] first, Tap[] second, Tap[] third)
    {
        (int Weight, int Reach)[] taps = new (int, int)[first.Length * second.Length * third.Length];
        int at = 0;
        foreach (Tap a in first)
        {
            foreach (Tap b in second)
            {
                foreach (Tap c in third)
                {
                    int weight = (((a.Weight * plan.Kernel1) + b.Weight) * plan.Kernel2) + c.Weight;
                    taps[at++] = (weight, plan.Reach(a, b, c));
                }
            }
        }

        return taps;
    }
}
