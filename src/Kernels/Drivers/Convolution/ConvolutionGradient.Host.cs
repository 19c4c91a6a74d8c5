using System.Runtime.CompilerServices;

namespace DeepSharp.Kernels;

/// <summary>The gradient of a convolution's weight on the host.</summary>
internal unsafe struct HostTapGradient<TStored, T>
    where TStored : unmanaged
    where T : unmanaged
{
    internal Device Device;
    internal ConvolutionShape Shape;
    internal TStored* Source;
    internal ImagePlace PlaceSource;
    internal TStored* Output;
    internal ImagePlace PlaceOutput;

    /// <summary>The gradient, contiguous.</summary>
    internal T* Weight;

    /// <summary>Whether to add to what is there.</summary>
    internal bool Adds;
}

/// <summary>The gradient of a convolution's weight on the host: chooses the registers.</summary>
internal static class HostConvolutionGradient
{
    /// <summary>Makes it, with the widest registers that there are.</summary>
    internal static void Run<TStored, T>(in HostTapGradient<TStored, T> given)
        where TStored : unmanaged, IStored<TStored, T>
        where T : unmanaged, IReal<T> => GemmRegisters.Visit<T, Visitor<TStored, T>>(new(given));

    private readonly ref struct Visitor<TStored, T>(in HostTapGradient<TStored, T> given) : IRegisterVisitor
        where TStored : unmanaged, IStored<TStored, T>
        where T : unmanaged, IReal<T>
    {
        private readonly ref readonly HostTapGradient<TStored, T> _given = ref given;

        public void Visit<TRegister>()
            where TRegister : unmanaged => HostConvolutionGradient<TStored, T, TRegister>.Run(_given);
    }
}

/// <summary>The weight's gradient with registers of one type: gradient[(c, tap), m] = Σ over images and outputs f of source[c, f + tap] output[m, f].</summary>
/// <remarks>
/// The left factor is the staged source, read where each tap finds it; the right one is the output, its channels side by side. Where a group
/// has few output channels, these are dot products along f instead. Images are parted into pieces by the shape alone, whose sums are added up
/// in order, so that the result does not depend on the number of threads.
/// </remarks>
internal readonly unsafe struct HostConvolutionGradient<TStored, T, TRegister> : IRangeBody
    where TStored : unmanaged, IStored<TStored, T>
    where T : unmanaged, IReal<T>
    where TRegister : unmanaged
{
    private const double ParallelFrom = 128 * 1024;
    private const int StageBytes = 256 * 1024;

    // Sums of pieces in all, and how many tasks there should be.
    private const long SumBytes = 32 * 1024 * 1024;
    private const int Tasks = 16;

    // Up to so many output channels of a group take dot products.
    private const int MostDots = 4;

    // The channels of the source whose sums are joined at a time.
    private const int Together = 8;

    private readonly HostTapGradient<TStored, T> _x;
    private readonly TapPlan _plan;
    private readonly TapRemainder _taps;
    private readonly bool _dot;

    // Rows come in threes: neighbouring taps along the last axis, or neighbouring channels of one tap.
    private readonly bool _threeTaps;
    private readonly int _step;
    private readonly int _slice;
    private readonly int _slices;
    private readonly int _pieces;
    private readonly int _rows;
    private readonly int _columns;
    private readonly int* _threes;
    private readonly T* _sums;

    private HostConvolutionGradient(in HostTapGradient<TStored, T> x)
    {
        _x = x;
        ConvolutionShape shape = x.Shape;
        int channels = shape.SourceChannels;
        int last = shape.Third.Kernel;
        _dot = shape.OutputChannels <= MostDots;
        _threeTaps = shape.Third.Stride == 1 && last > 1 && (last + 2) / 3 * channels <= (channels + 2) / 3 * last;
        int phases = 1;
        for (int axis = 0; axis < 3; axis++)
        {
            phases *= Math.Min(shape[axis].Stride, shape[axis].Kernel);
        }

        _slice = Math.Min(channels, Math.Max(16, StageBytes / sizeof(T) / (1024 * phases)));
        _slices = (channels + _slice - 1) / _slice;
        _slice = (channels + _slices - 1) / _slices;
        _slice = _threeTaps ? _slice : (_slice + 2) / 3 * 3;
        _slices = (channels + _slice - 1) / _slice;
        _plan = new(shape, transposed: false, Math.Clamp(StageBytes / sizeof(T) / (_slice * phases), 256, 2048));
        _taps = TapRemainder.Of(_plan)[0];
        _step = _threeTaps ? shape.Third.Dilation : _plan.Channel;
        _rows = 3 * (_threeTaps ? _slice * (shape.Kernel / last) * ((last + 2) / 3) : _slice / 3 * shape.Kernel);
        _columns = _dot ? shape.OutputChannels : (shape.OutputChannels + Lanes - 1) / Lanes * Lanes;
        long bytes = (long)shape.Groups * _slices * _rows * _columns * sizeof(T);
        _pieces = (int)Math.Min(_plan.Blocks, Math.Min(SumBytes / bytes, (Tasks + (shape.Groups * _slices) - 1) / (shape.Groups * _slices)));
        _pieces = shape.Work < ParallelFrom ? 1 : Math.Max(1, _pieces);
    }

    private HostConvolutionGradient(in HostConvolutionGradient<TStored, T, TRegister> loop, int* threes, T* sums)
    {
        this = loop;
        _threes = threes;
        _sums = sums;
    }

    private static int Lanes => GemmSimd<TRegister, T>.Count;

    internal static void Run(in HostTapGradient<TStored, T> x)
    {
        HostConvolutionGradient<TStored, T, TRegister> loop = new(x);
        ConvolutionShape shape = x.Shape;
        using Scratch threes = Scratch.Rent(x.Device, DType.Int32, [loop._rows / 3]);
        using Scratch sums = Scratch.Rent(
            x.Device, typeof(T) == typeof(F32) ? DType.Float32 : DType.Float64,
            [shape.Groups * loop._pieces * loop._slices, loop._rows, loop._columns]);
        loop = new(loop, threes.Operand.Host<int>(), sums.Operand.Host<T>());
        loop.List();
        int tasks = shape.Groups * loop._pieces * loop._slices;
        int grain = shape.Work < ParallelFrom ? tasks : (int)Math.Clamp(ParallelFrom / 4 / (shape.Work / tasks), 1, tasks);
        HostParallel.For(tasks, grain, loop);
        int joins = shape.Groups * PartsOf(shape.SourceChannels);
        HostParallel.For(joins, (int)Math.Max(1, 32768 / ((long)Together * shape.Kernel * loop._columns * loop._pieces)), new Joining(loop));
    }

    public void Run(int start, int end)
    {
        int channels = (_slice + 2) / 3 * 3;
        nint stage = _plan.Before + ((nint)channels * _plan.Channel) + Math.Max(0, _plan.Behind) + (2 * _x.Shape.Third.Dilation) + Lanes;
        stage = (stage + 15) / 16 * 16;
        nint places = (_plan.Images * _plan.Image) + 16;
        int lines = (_plan.Images * _plan.Image / _plan.Line) + 1;
        nint outputs = places * (_dot ? _columns : 2 * Lanes);
        T* memory = GemmScratch.Take<T>(stage + outputs + lines);
        for (int task = start; task < end; task++)
        {
            int slice = task % _slices;
            int piece = task / _slices % _pieces;
            int first = (int)((long)_plan.Blocks * piece / _pieces);
            int behind = (int)((long)_plan.Blocks * (piece + 1) / _pieces);
            for (int block = first; block < behind; block++)
            {
                Block(
                    _plan.Block(block), task / _slices / _pieces, slice, block > first, memory + _plan.Before, memory + stage,
                    (int*)(memory + stage + outputs), Sums(task));
            }
        }
    }

    private static int PartsOf(int channels) => (channels + Together - 1) / Together;

    private T* Sums(int task) => _sums + ((nint)task * _rows * _columns);

    // The places of the first rows of all threes.
    private void List()
    {
        ConvolutionShape shape = _x.Shape;
        int* list = _threes;
        int last = shape.Third.Kernel;
        for (int c = 0; c < _slice; c += _threeTaps ? 1 : 3)
        {
            for (int tap = 0; tap < shape.Kernel; tap++)
            {
                if (!_threeTaps || tap % last % 3 == 0)
                {
                    *list++ = (c * _plan.Channel) + _taps.Taps[tap].Reach;
                }
            }
        }
    }

    // The row of a weight in the sums of a slice.
    private int Row(int channel, int tap)
    {
        int kernel = _x.Shape.Kernel;
        int last = _x.Shape.Third.Kernel;
        return _threeTaps
            ? (((channel * (kernel / last)) + (tap / last)) * ((last + 2) / 3 * 3)) + (tap % last)
            : (((channel / 3 * kernel) + tap) * 3) + (channel % 3);
    }

    private void Block(in TapBlock block, int group, int slice, bool adds, T* stage, T* outputs, int* lines, T* sums)
    {
        ConvolutionShape shape = _x.Shape;
        int channel = slice * _slice;
        int channels = Math.Min(_slice, shape.SourceChannels - channel);
        TStored* source = _x.Source + ((nint)block.Image * _x.PlaceSource.Image)
            + (((nint)group * shape.SourceChannels) + channel) * _x.PlaceSource.Channel;
        TapStage<TStored, T>.Run(_plan, block, source, _x.PlaceSource, channels, stage);
        stage += _plan.Start;
        int count0 = _plan.Count(0, 0, block);
        int count1 = _plan.Count(1, 0, block);
        int count2 = _plan.Count(2, 0, block);
        int stretches = 0;
        for (int image = 0; image < block.Images; image++)
        {
            for (int i = 0; i < count0 * count1; i++)
            {
                lines[stretches++] = (image * _plan.Image) + (i / count1 * _plan.Sheet) + (i % count1 * _plan.Line);
            }
        }

        ImagePlace place = _x.PlaceOutput;
        TStored* output = _x.Output + ((nint)block.Image * place.Image) + ((nint)group * shape.OutputChannels * place.Channel)
            + ((nint)block.Start * (_plan.BandAxis == 0 ? place.First : _plan.BandAxis == 1 ? place.Second : place.Third));
        int threes = channels * (_rows / 3) / _slice;
        threes = _threeTaps ? threes : (channels + 2) / 3 * shape.Kernel;
        if (_dot)
        {
            Dots(block, output, count0, count1, count2, lines, channels, threes, stage, outputs, sums, adds);
            return;
        }

        T one = 1;
        Tile<T> tile = new()
        {
            RowA = _step,
            ColumnA = 1,
            B = outputs,
            Places = lines,
            Stretches = stretches,
            RowC = _columns,
            Depth = count2,
            Alpha = one,
            Beta = one,
            Reads = adds,
        };
        for (int column = 0; column < _columns; column += 2 * Lanes)
        {
            int registers = _columns - column > Lanes ? 2 : 1;
            tile.RowB = registers * Lanes;
            Columns(block, output + ((nint)column * place.Channel), Math.Min(registers * Lanes, shape.OutputChannels - column), registers * Lanes, count0, count1, count2, outputs);
            for (int three = 0; three < threes; three += GemmSimd<TRegister, T>.Rows / 3)
            {
                int* bases = _threes + three;
                int count = Math.Min(GemmSimd<TRegister, T>.Rows / 3, threes - three);
                tile.A = stage + bases[0];
                tile.Fourth = count > 1 ? bases[1] - bases[0] : 0;
                tile.Seventh = count > 2 ? bases[2] - bases[0] : 0;
                tile.Tenth = count > 3 ? bases[3] - bases[0] : 0;
                tile.C = sums + ((nint)three * 3 * _columns) + column;
                GemmTile<T, TRegister>.Run<Walk.Broken>(3 * count, registers, tile);
            }
        }
    }

    // The outputs of some channels, side by side for each place.
    private void Columns(in TapBlock block, TStored* output, int width, int panel, int count0, int count1, int count2, T* target)
    {
        ImagePlace place = _x.PlaceOutput;
        (ConvolutionAxis second, ConvolutionAxis third) = (_x.Shape.Second, _x.Shape.Third);

        // Lines that stand one behind the other are one.
        bool dense = (count1 == 1 || (count2 == third.Output && place.Second == place.Third * count2))
            && (count0 == 1 || (count1 == second.Output && count2 == third.Output && place.First == place.Third * count1 * count2));
        for (int image = 0; image < block.Images; image++)
        {
            TStored* from = output + ((nint)image * place.Image);
            for (int i = 0; i < (dense ? 1 : count0 * count1); i++)
            {
                TStored* line = from + ((nint)(i / count1) * place.First) + ((nint)(i % count1) * place.Second);
                int length = dense ? count0 * count1 * count2 : count2;
                GemmPack<TStored, T>.Panel(line, place.Third, place.Channel, width, panel, length, target);
                target += (nint)length * panel;
            }
        }
    }

    private void Dots(
        in TapBlock block, TStored* output, int count0, int count1, int count2, int* lines, int channels, int threes, T* stage, T* outputs, T* sums,
        bool adds)
    {
        ImagePlace place = _x.PlaceOutput;
        int each = count0 * count1;
        int places = _taps.Places(_plan, block);
        new Span<T>(outputs, places * _columns).Clear();
        bool copies = StoredRows<TStored, T>.IsPlain && place.Third == 1;
        for (int column = 0; column < _columns; column++)
        {
            // Lines of a sheet at once, if they are copied.
            for (int i = 0; i < block.Images * each; i += copies ? count1 : 1)
            {
                TStored* from = output + ((nint)column * place.Channel) + ((nint)(i / each) * place.Image)
                    + ((nint)(i % each / count1) * place.First) + ((nint)(i % count1) * place.Second);
                T* to = outputs + ((nint)column * places) + lines[i];
                if (copies)
                {
                    StageLines.Copy(
                        (byte*)from, (nint)place.Second * sizeof(T), count1, count2 * sizeof(T), (byte*)to, 0, count2 * sizeof(T), _plan.Line * sizeof(T));
                    continue;
                }

                for (int j = 0; j < count2; j++)
                {
                    to[j] = TStored.Load(from[j * place.Third]);
                }
            }
        }

        T one = 1;
        Tile<T> tile = new() { RowA = places, ColumnB = _step, RowC = _rows, Depth = places, Alpha = one, Beta = one, Reads = adds };
        for (int column = 0; column < _columns; column += GemmSimd<TRegister, T>.DotRows)
        {
            tile.A = outputs + ((nint)column * places);
            for (int three = 0; three < threes; three++)
            {
                tile.B = stage + _threes[three];
                tile.C = sums + ((nint)column * _rows) + (3 * three);
                int used = _threeTaps ? 3 : Math.Min(3, channels - (three / _x.Shape.Kernel * 3));
                GemmDot<T, TRegister>.Run(Math.Min(GemmSimd<TRegister, T>.DotRows, _columns - column), used, tile);
            }
        }
    }

    // The sums of all pieces in the order of the weights, some channels of the source at a time.
    private readonly struct Joining(in HostConvolutionGradient<TStored, T, TRegister> loop) : IRangeBody
    {
        private readonly HostConvolutionGradient<TStored, T, TRegister> _loop = loop;

        public void Run(int start, int end)
        {
            int channels = _loop._x.Shape.SourceChannels;
            int parts = PartsOf(channels);
            for (int task = start; task < end; task++)
            {
                int first = task % parts * Together;
                Join(task / parts, first, Math.Min(Together, channels - first));
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
        private void Join(int group, int first, int count)
        {
            ConvolutionShape shape = _loop._x.Shape;
            int kernel = shape.Kernel;
            int columns = _loop._columns;
            int taps = count * kernel;
            T* rows = GemmScratch.Take<T>(2 * taps * columns);
            for (int piece = 0; piece < _loop._pieces; piece++)
            {
                for (int tap = 0; tap < taps; tap++)
                {
                    int channel = first + (tap / kernel);
                    T* sums = _loop.Sums((((group * _loop._pieces) + piece) * _loop._slices) + (channel / _loop._slice));
                    Take(sums, _loop.Row(channel % _loop._slice, tap % kernel), rows + (tap * columns), piece > 0);
                }
            }

            // A channel of the output has its weights of all channels of the source one behind the other.
            nint pitch = (nint)shape.SourceChannels * kernel;
            T* weight = _loop._x.Weight + ((nint)group * shape.OutputChannels * pitch) + (first * kernel);
            if (!_loop._x.Adds)
            {
                GemmPack<TStored, T>.Transpose(rows, columns, taps, pitch, shape.OutputChannels, weight);
                return;
            }

            T* turned = rows + (taps * columns);
            GemmPack<TStored, T>.Transpose(rows, columns, taps, taps, shape.OutputChannels, turned);
            for (int m = 0; m < shape.OutputChannels; m++, weight += pitch, turned += taps)
            {
                for (int tap = 0; tap < taps; tap++)
                {
                    weight[tap] += turned[tap];
                }
            }
        }

        // A row of sums, one for each channel of the output.
        private void Take(T* sums, int row, T* target, bool adds)
        {
            int columns = _loop._columns;
            if (_loop._dot)
            {
                for (int m = 0; m < columns; m++)
                {
                    T value = sums[(m * _loop._rows) + row];
                    target[m] = adds ? target[m] + value : value;
                }

                return;
            }

            sums += row * columns;
            for (int m = 0; m < columns; m += Lanes)
            {
                TRegister value = *(TRegister*)(sums + m);
                *(TRegister*)(target + m) = adds ? GemmSimd<TRegister, T>.Add(*(TRegister*)(target + m), value) : value;
            }
        }
    }
}
