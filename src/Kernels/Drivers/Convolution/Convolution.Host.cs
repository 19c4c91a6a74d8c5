using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace DeepSharp.Kernels;

/// <summary>A convolution, or a transposed one, on the host.</summary>
internal unsafe struct HostTaps<TStored, T>
    where TStored : unmanaged
    where T : unmanaged
{
    internal Device Device;
    internal ConvolutionShape Shape;

    /// <summary>Whether the source of the shape is the target.</summary>
    internal bool Transposed;
    internal TStored* Source;
    internal ImagePlace PlaceSource;

    /// <summary>The target, contiguous.</summary>
    internal TStored* Target;
    internal TStored* Weight;

    /// <summary>One number per channel of the target, or null.</summary>
    internal T* Bias;

    internal readonly int SourceChannels => Transposed ? Shape.OutputChannels : Shape.SourceChannels;

    internal readonly int TargetChannels => Transposed ? Shape.SourceChannels : Shape.OutputChannels;
}

/// <summary>Convolutions on the host: chooses the registers.</summary>
internal static class HostConvolution
{
    /// <summary>Makes the target, with the widest registers that there are.</summary>
    internal static void Run<TStored, T, TVector, TAct>(TAct activation, in HostTaps<TStored, T> given)
        where TStored : unmanaged, IStored<TStored, T>
        where T : unmanaged, IReal<T>
        where TVector : unmanaged, IReal<TVector>
        where TAct : unmanaged, IUnaryOp =>
        GemmRegisters.Visit<T, Visitor<TStored, T, TVector, TAct>>(new(activation, given));

    private readonly ref struct Visitor<TStored, T, TVector, TAct>(TAct activation, in HostTaps<TStored, T> given) : IRegisterVisitor
        where TStored : unmanaged, IStored<TStored, T>
        where T : unmanaged, IReal<T>
        where TVector : unmanaged, IReal<TVector>
        where TAct : unmanaged, IUnaryOp
    {
        private readonly TAct _activation = activation;
        private readonly ref readonly HostTaps<TStored, T> _given = ref given;

        public void Visit<TRegister>()
            where TRegister : unmanaged => HostConvolution<TStored, T, TVector, TRegister, TAct>.Run(_activation, _given);
    }
}

/// <summary>Convolutions on the host with registers of one type: target[m, f] = f(bias[m] + Σ weight[m, c, tap] source[c, f + tap]).</summary>
/// <remarks>
/// A product whose right factor is never written: the tile of <see cref="GemmTile{T, TRegister}"/> reads its rows where the block is staged,
/// shifted by each tap. The sums run over channels, and over taps within them, in slices that depend on the shape alone; so a result does
/// not depend on the number of threads. Sums of all places of the stage are made, those in the gaps between lines too, and only the
/// outputs are written.
/// </remarks>
internal unsafe struct HostConvolution<TStored, T, TVector, TRegister, TAct> : IRangeBody
    where TStored : unmanaged, IStored<TStored, T>
    where T : unmanaged, IReal<T>
    where TVector : unmanaged, IReal<TVector>
    where TRegister : unmanaged
    where TAct : unmanaged, IUnaryOp
{
    // Below this many multiply-adds waking another core costs more than it brings.
    private const double ParallelFrom = 128 * 1024;

    // The numbers of a stage, for the second cache, and the taps of a slice of channels, whose weights stay in the first one.
    private const int StageBytes = 256 * 1024;
    private const int SliceBytes = 2560;

    // The sums of a block, if they wait for further slices of channels.
    private const int SumBytes = 512 * 1024;

    private readonly TAct _activation;
    private readonly HostTaps<TStored, T> _x;
    private readonly TapPlan _plan;
    private readonly TapRemainder[] _remainders;
    private readonly int _slice;
    private readonly int _slices;
    private readonly int _tiles;
    private readonly int _parts;
    private readonly int _groupWeights;
    private readonly int _sumPitch;
    private T* _weights;
    private int* _reaches;

    private HostConvolution(TAct activation, in HostTaps<TStored, T> x)
    {
        _activation = activation;
        _x = x;
        ConvolutionShape shape = x.Shape;
        int channels = x.SourceChannels;
        int rows = x.TargetChannels;
        _slices = (channels * shape.Kernel * sizeof(T) / SliceBytes) + 1;
        _slice = (channels + _slices - 1) / _slices;
        _slices = (channels + _slice - 1) / _slice;
        int phases = 1;
        int remainders = 1;
        for (int axis = 0; axis < 3; axis++)
        {
            phases *= x.Transposed ? 1 : Math.Min(shape[axis].Stride, shape[axis].Kernel);
            remainders *= x.Transposed ? shape[axis].Stride : 1;
        }

        int places = Math.Clamp(StageBytes / sizeof(T) / (_slice * phases), 256, 2048);
        places = _slices == 1 ? places : Math.Clamp(SumBytes / sizeof(T) / rows / remainders, 64, places);
        double enough = ParallelFrom / 4 / Math.Max(1, (double)rows * channels * shape.Kernel / remainders);
        places = (int)Math.Clamp((double)shape.Batch * shape.OutputSize / (4 * HostParallel.Threads), Math.Min(enough, places), places);
        _plan = new(shape, x.Transposed, Math.Max(places, 1));
        _remainders = TapRemainder.Of(_plan);
        _tiles = (rows + GemmSimd<TRegister, T>.Rows - 1) / GemmSimd<TRegister, T>.Rows;
        int tasks = _plan.Blocks * shape.Groups;
        _parts = shape.Work < ParallelFrom ? 1 : Math.Clamp(2 * HostParallel.Threads / tasks, 1, _tiles);
        foreach (TapRemainder remainder in _remainders)
        {
            _groupWeights += remainder.Taps.Length;
        }

        _groupWeights *= channels * _tiles * GemmSimd<TRegister, T>.Rows;
        _sumPitch = ((_plan.Images * _plan.Image) + Panel - 1) / Panel * Panel;
        _sumPitch += _sumPitch % (1024 / sizeof(T)) == 0 ? 64 / sizeof(T) : 0;
    }

    // The sums of a tile for one remainder.
    private readonly nint Area => (nint)_sumPitch * GemmSimd<TRegister, T>.Rows;

    private static int Panel => 8 * GemmSimd<TRegister, T>.Count;

    internal static void Run(TAct activation, in HostTaps<TStored, T> x)
    {
        HostConvolution<TStored, T, TVector, TRegister, TAct> loop = new(activation, x);
        ConvolutionShape shape = x.Shape;
        int reaches = 0;
        foreach (TapRemainder remainder in loop._remainders)
        {
            reaches += remainder.Taps.Length * loop._slice;
        }

        using Scratch weights = Scratch.Rent(x.Device, typeof(T) == typeof(F32) ? DType.Float32 : DType.Float64, [loop._groupWeights * shape.Groups]);
        using Scratch list = Scratch.Rent(x.Device, DType.Int32, [reaches]);
        loop._weights = weights.Operand.Host<T>();
        loop._reaches = list.Operand.Host<int>();
        loop.List();
        int packs = shape.Groups * loop._tiles;
        HostParallel.For(packs, (int)Math.Max(1, 32768 / Math.Max(1, (long)loop._groupWeights / loop._tiles)), new Packing(loop));
        int tasks = loop._plan.Blocks * shape.Groups * loop._parts;
        int grain = shape.Work < ParallelFrom ? tasks : (int)Math.Clamp(ParallelFrom / 4 / (shape.Work / tasks), 1, tasks);
        HostParallel.For(tasks, grain, loop);
    }

    public void Run(int start, int end)
    {
        ConvolutionShape shape = _x.Shape;
        int behind = _plan.Behind + Panel;
        nint stage = _plan.Before + ((nint)_slice * _plan.Channel) + behind;
        stage = (stage + 15) / 16 * 16;
        int tiles = (_tiles + _parts - 1) / _parts;
        nint sums = Area * _remainders.Length * (_slices > 1 ? tiles : 1);
        T* memory = GemmScratch.Take<T>(stage + sums + 16);
        for (int task = start; task < end; task++)
        {
            int part = task % _parts;
            int block = task / _parts / shape.Groups;
            Block(_plan.Block(block), task / _parts % shape.Groups, _tiles * part / _parts, _tiles * (part + 1) / _parts, memory, memory + stage);
        }
    }

    // The taps of a slice of channels for each remainder, as places counted from an output's.
    private readonly void List()
    {
        int* list = _reaches;
        foreach (TapRemainder remainder in _remainders)
        {
            for (int c = 0; c < _slice; c++)
            {
                foreach ((_, int reach) in remainder.Taps)
                {
                    *list++ = (c * _plan.Channel) + reach;
                }
            }
        }
    }

    private readonly int FirstRow(int tile) => (int)((long)_x.TargetChannels * tile / _tiles);

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private readonly void Block(in TapBlock block, int group, int firstTile, int endTile, T* memory, T* sums)
    {
        int channels = _x.SourceChannels;
        T* stage = memory + _plan.Before;
        TStored* source = _x.Source + ((nint)block.Image * _x.PlaceSource.Image) + ((nint)group * channels * _x.PlaceSource.Channel);
        for (int slice = 0; slice < _slices; slice++)
        {
            int c0 = slice * _slice;
            int count = Math.Min(_slice, channels - c0);
            TapStage<TStored, T>.Run(_plan, block, source + ((nint)c0 * _x.PlaceSource.Channel), _x.PlaceSource, count, stage);
            for (int tile = firstTile; tile < endTile; tile++)
            {
                int row = FirstRow(tile);
                int rows = FirstRow(tile + 1) - row;
                int* reaches = _reaches;
                T* weights = _weights + ((nint)group * _groupWeights);
                T* tileSums = sums + (_slices > 1 ? (tile - firstTile) * _remainders.Length * Area : 0);
                T* sum = tileSums;
                foreach (TapRemainder remainder in _remainders)
                {
                    int taps = remainder.Taps.Length;
                    T* packed = weights + ((((nint)tile * channels) + c0) * taps * GemmSimd<TRegister, T>.Rows);
                    Sums(rows, remainder.Places(_plan, block), count * taps, packed, reaches, stage + _plan.Start, sum, slice > 0);
                    weights += (nint)_tiles * channels * taps * GemmSimd<TRegister, T>.Rows;
                    reaches += _slice * taps;
                    sum += Area;
                }

                if (slice == _slices - 1)
                {
                    Finish(block, (group * _x.TargetChannels) + row, rows, tileSums);
                }
            }
        }
    }

    // The sums of some channels of the target at all places of a block.
    private readonly void Sums(int rows, int places, int depth, T* weights, int* reaches, T* stage, T* sums, bool reads)
    {
        if (depth == 0)
        {
            for (int i = 0; i < rows; i++)
            {
                new Span<T>(sums + ((nint)i * _sumPitch), places).Clear();
            }

            return;
        }

        int lanes = GemmSimd<TRegister, T>.Count;
        if (rows < 4)
        {
            for (int i = 0; i < rows; i++)
            {
                T* row = sums + ((nint)i * _sumPitch);
                for (int f = 0; f < places;)
                {
                    int registers = ThinTile<T, TRegister>.Fitting((places - f + lanes - 1) / lanes);
                    ThinTile<T, TRegister>.Run(registers, weights + i, GemmSimd<TRegister, T>.Rows, stage + f, reaches, depth, row + f, reads);
                    f += registers * lanes;
                }
            }

            return;
        }

        T one = 1;
        Tile<T> tile = new()
        {
            A = weights,
            RowA = 1,
            ColumnA = GemmSimd<TRegister, T>.Rows,
            Places = reaches,
            RowC = _sumPitch,
            Depth = depth,
            Alpha = one,
            Beta = one,
            Reads = reads,
        };
        for (int f = 0; f < places; f += 2 * lanes)
        {
            tile.B = stage + f;
            tile.C = sums + f;
            GemmTile<T, TRegister>.Run<Walk.Listed>(rows, places - f > lanes ? 2 : 1, tile);
        }
    }

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
                T* from = sums + ((nint)i * _sumPitch) + ((nint)image * _plan.Image);
                for (int y0 = start0; y0 < end0; y0++)
                {
                    T* sheet = from + (y0 % first.Out * sheets * Area) + ((nint)((y0 - start0) / first.Out) * _plan.Sheet);
                    for (int y1 = start1; y1 < end1; y1 += together)
                    {
                        T* line = sheet + (y1 % second.Out * third.Taps.Length * Area) + ((nint)((y1 - start1) / second.Out) * _plan.Line);
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
        T* shifts = stackalloc T[lanes];
        for (int lane = 0; lane < lanes; lane++)
        {
            shifts[lane] = bias;
        }

        TVector shift = *(TVector*)shifts;
        for (; lines > 0; lines--, from += _plan.Line, to += next, room -= used)
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

    // The weights of each tile as its rows read them: for each channel and tap, one number a row.
    private readonly struct Packing(in HostConvolution<TStored, T, TVector, TRegister, TAct> loop) : IRangeBody
    {
        private readonly HostConvolution<TStored, T, TVector, TRegister, TAct> _loop = loop;

        public void Run(int start, int end)
        {
            for (int task = start; task < end; task++)
            {
                Pack(task / _loop._tiles, task % _loop._tiles);
            }
        }

        private void Pack(int group, int tile)
        {
            ConvolutionShape shape = _loop._x.Shape;
            int channels = _loop._x.SourceChannels;
            int kernel = shape.Kernel;
            int forRow = _loop._x.Transposed ? kernel : shape.SourceChannels * kernel;
            int forChannel = _loop._x.Transposed ? shape.SourceChannels * kernel : kernel;
            int row = _loop.FirstRow(tile);
            int rows = _loop.FirstRow(tile + 1) - row;
            TStored* weight = _loop._x.Weight + ((nint)group * shape.OutputChannels * shape.SourceChannels * kernel) + ((nint)row * forRow);
            T* target = _loop._weights + ((nint)group * _loop._groupWeights);
            foreach (TapRemainder remainder in _loop._remainders)
            {
                T* packed = target + ((nint)tile * channels * remainder.Taps.Length * GemmSimd<TRegister, T>.Rows);
                for (int c = 0; c < channels; c++)
                {
                    foreach ((int k, _) in remainder.Taps)
                    {
                        TStored* from = weight + ((nint)c * forChannel) + k;
                        for (int i = 0; i < rows; i++)
                        {
                            packed[i] = TStored.Load(from[(nint)i * forRow]);
                        }

                        packed += GemmSimd<TRegister, T>.Rows;
                    }
                }

                target += (nint)_loop._tiles * channels * remainder.Taps.Length * GemmSimd<TRegister, T>.Rows;
            }
        }
    }
}
