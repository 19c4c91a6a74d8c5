using System.Runtime.CompilerServices;

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
            where TRegister : unmanaged
        {
            if (HostWinograd<TStored, T, TVector, TRegister, TAct>.Fits(_given))
            {
                HostWinograd<TStored, T, TVector, TRegister, TAct>.Run(_activation, _given);
            }
            else
            {
                HostConvolution<TStored, T, TVector, TRegister, TAct>.Run(_activation, _given);
            }
        }
    }
}

/// <summary>Convolutions on the host with registers of one type: target[m, f] = f(bias[m] + Σ weight[m, c, tap] source[c, f + tap]).</summary>
/// <remarks>
/// A product whose right factor is never written: the tile of <see cref="GemmTile{T, TRegister}"/> reads its rows where the block is staged,
/// shifted by each tap. The sums run over channels, and over taps within them, in slices that depend on the shape alone; so a result does
/// not depend on the number of threads. Sums of all places of the stage are made, those in the gaps between lines too, and only the
/// outputs are written.
/// </remarks>
internal unsafe partial struct HostConvolution<TStored, T, TVector, TRegister, TAct> : IRangeBody
    where TStored : unmanaged, IStored<TStored, T>
    where T : unmanaged, IReal<T>
    where TVector : unmanaged, IReal<TVector>
    where TRegister : unmanaged
    where TAct : unmanaged, IUnaryOp
{
    // Below this many multiply-adds waking another core costs more than it brings.
    private const double ParallelFrom = 128 * 1024;

    // The numbers of a stage, for the second cache, and the taps of a slice of channels, whose weights stay in the first one; longer where they
    // are read from memory once.
    private const int StageBytes = 256 * 1024;
    private const int SliceBytes = 2560;
    private const int LongSliceBytes = 16384;

    // The sums of a block, if they wait for further slices of channels.
    private const int SumBytes = 512 * 1024;

    // Up to so many places weights are not packed, which would take longer than the product.
    private const int FewPlaces = 512;

    // For so many channels of the target and more, the right factor is packed without the gaps, if it is so much shorter then.
    private const int DenseFrom = 64;
    private const double DenseGain = 1.05;

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
    private readonly int _sumLine;
    private readonly int _sumSheet;
    private readonly int _sumImage;
    private readonly bool _dense;

    // Whether the weights are read where they stand: from one row to the next, and from one number to the next.
    private readonly bool _unpacked;
    private readonly nint _weightRow;
    private readonly nint _weightColumn;
    private T* _weights;
    private int* _reaches;

    private HostConvolution(TAct activation, in HostTaps<TStored, T> x)
    {
        _activation = activation;
        _x = x;
        ConvolutionShape shape = x.Shape;
        int channels = x.SourceChannels;
        int rows = x.TargetChannels;
        _unpacked = StoredRows<TStored, T>.IsPlain && !x.Transposed && (double)shape.Batch * shape.OutputSize <= FewPlaces;
        _slices = (channels * shape.Kernel * sizeof(T) / (_unpacked ? LongSliceBytes : SliceBytes)) + 1;
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
        (_weightRow, _weightColumn) = (1, GemmSimd<TRegister, T>.Rows);
        if (_unpacked)
        {
            _groupWeights = rows * channels * shape.Kernel;
            (_weightRow, _weightColumn) = (channels * shape.Kernel, 1);
        }

        (_sumLine, _sumSheet, _sumImage) = (_plan.Line, _plan.Sheet, _plan.Image);
        TapBlock first = _plan.Block(0);
        (int count0, int count1, int count2) = (_plan.Count(0, 0, first), _plan.Count(1, 0, first), _plan.Count(2, 0, first));
        _dense = rows >= DenseFrom && _remainders[0].Places(_plan, first) > DenseGain * first.Images * count0 * count1 * count2;
        if (_dense)
        {
            (_sumLine, _sumSheet, _sumImage) = (count2, count1 * count2, count0 * count1 * count2);
        }

        _sumPitch = ((_plan.Images * _sumImage) + Panel - 1) / Panel * Panel;
        _sumPitch += _sumPitch % (1024 / sizeof(T)) == 0 ? 64 / sizeof(T) : 0;
    }

    // Whether the sums of all tiles are kept, since they are made slice by slice or panel by panel.
    private readonly bool KeepsSums => _slices > 1 || _dense;

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

        using Scratch list = Scratch.Rent(x.Device, DType.Int32, [reaches]);
        loop._reaches = list.Operand.Host<int>();
        loop.List();
        int count = loop._unpacked ? 0 : loop._groupWeights * shape.Groups;
        using Scratch weights = Scratch.Rent(x.Device, typeof(T) == typeof(F32) ? DType.Float32 : DType.Float64, [count]);
        loop._weights = loop._unpacked ? (T*)x.Weight : weights.Operand.Host<T>();
        int packs = loop._unpacked ? 0 : shape.Groups * loop._tiles;
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
        nint sums = Area * _remainders.Length * (KeepsSums ? tiles : 1);
        int deepest = 0;
        foreach (TapRemainder remainder in _remainders)
        {
            deepest = Math.Max(deepest, remainder.Taps.Length);
        }

        nint panel = _dense ? (nint)deepest * _slice * 2 * GemmSimd<TRegister, T>.Count : 0;
        T* memory = GemmScratch.Take<T>(stage + sums + panel + 32);
        for (int task = start; task < end; task++)
        {
            int part = task % _parts;
            int block = task / _parts / shape.Groups;
            Block(_plan.Block(block), task / _parts % shape.Groups, _tiles * part / _parts, _tiles * (part + 1) / _parts, memory, memory + stage,
                memory + stage + sums + 16);
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

    // Where a tile's weights for the channels from one on begin.
    private readonly nint Weights(int tile, int channel, int taps) => _unpacked
        ? (FirstRow(tile) * _weightRow) + ((nint)channel * taps)
        : (((nint)tile * _x.SourceChannels) + channel) * taps * GemmSimd<TRegister, T>.Rows;

    private readonly int FirstRow(int tile) => (int)((long)_x.TargetChannels * tile / _tiles);

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private readonly void Block(in TapBlock block, int group, int firstTile, int endTile, T* memory, T* sums, T* panel)
    {
        int channels = _x.SourceChannels;
        T* stage = memory + _plan.Before;
        TStored* source = _x.Source + ((nint)block.Image * _x.PlaceSource.Image) + ((nint)group * channels * _x.PlaceSource.Channel);
        for (int slice = 0; slice < _slices; slice++)
        {
            int c0 = slice * _slice;
            int count = Math.Min(_slice, channels - c0);
            TapStage<TStored, T>.Run(_plan, block, source + ((nint)c0 * _x.PlaceSource.Channel), _x.PlaceSource, count, stage);
            if (_dense)
            {
                Panels(block, group, firstTile, endTile, c0, count, stage + _plan.Start, sums, panel, slice > 0);
            }

            for (int tile = firstTile; tile < endTile; tile++)
            {
                int row = FirstRow(tile);
                int rows = FirstRow(tile + 1) - row;
                int* reaches = _reaches;
                T* weights = _weights + ((nint)group * _groupWeights);
                T* tileSums = sums + (KeepsSums ? (tile - firstTile) * _remainders.Length * Area : 0);
                T* sum = tileSums;
                foreach (TapRemainder remainder in _dense ? [] : _remainders)
                {
                    int taps = remainder.Taps.Length;
                    T* packed = weights + Weights(tile, c0, taps);
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

    // The sums of all tiles, panel by panel of the right factor, which is packed without the gaps between lines.
    private readonly void Panels(
        in TapBlock block, int group, int firstTile, int endTile, int c0, int count, T* stage, T* sums, T* panel, bool reads)
    {
        int channels = _x.SourceChannels;
        int width = 2 * GemmSimd<TRegister, T>.Count;
        int places = ((block.Images - 1) * _sumImage) + ((_plan.Count(0, 0, block) - 1) * _sumSheet) + (_plan.Count(1, 0, block) * _sumLine);
        int* pieces = stackalloc int[2 * width];
        int* reaches = _reaches;
        T* weights = _weights + ((nint)group * _groupWeights);
        T one = 1;
        foreach (TapRemainder remainder in _remainders)
        {
            int taps = remainder.Taps.Length;
            Tile<T> tile = new()
            {
                RowA = _weightRow,
                ColumnA = _weightColumn,
                B = panel,
                RowB = width,
                RowC = _sumPitch,
                Depth = count * taps,
                Alpha = one,
                Beta = one,
                Reads = reads,
            };
            for (int f = 0; f < places; f += width)
            {
                int used = Math.Min(width, places - f);
                int longest = Pieces(f, used, pieces, out int number);
                StageLines.Gather((byte*)stage, reaches, count * taps, sizeof(T), pieces, number, longest, (byte*)panel, width * sizeof(T));
                for (int t = firstTile; t < endTile; t++)
                {
                    tile.A = weights + Weights(t, c0, taps);
                    tile.C = sums + ((t - firstTile) * _remainders.Length * Area) + f;
                    GemmTile<T, TRegister>.Run(FirstRow(t + 1) - FirstRow(t), used > width / 2 ? 2 : 1, tile);
                }
            }

            weights += (nint)_tiles * channels * taps * GemmSimd<TRegister, T>.Rows;
            reaches += _slice * taps;
            sums += Area;
        }
    }

    // Where the parts of lines stand in the stage that are some places of a block, and where in a panel, in bytes; the longest one's length.
    private readonly int Pieces(int start, int count, int* pieces, out int number)
    {
        int longest = 0;
        number = 0;
        for (int f = start; f < start + count;)
        {
            int inLine = f % _sumLine;
            int inSheet = f % _sumSheet / _sumLine;
            int inImage = f % _sumImage / _sumSheet;
            int length = Math.Min(_sumLine - inLine, start + count - f);
            pieces[2 * number] = ((f / _sumImage * _plan.Image) + (inImage * _plan.Sheet) + (inSheet * _plan.Line) + inLine) * sizeof(T);
            pieces[(2 * number) + 1] = (f - start) * sizeof(T);
            number++;
            longest = Math.Max(longest, length);
            f += length;
        }

        return longest * sizeof(T);
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
                    ThinTile<T, TRegister>.Run(registers, weights + (i * _weightRow), (int)_weightColumn, stage + f, reaches, depth, row + f, reads);
                    f += registers * lanes;
                }
            }

            return;
        }

        T one = 1;
        Tile<T> tile = new()
        {
            A = weights,
            RowA = _weightRow,
            ColumnA = _weightColumn,
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
