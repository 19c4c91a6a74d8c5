using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace DeepSharp.Kernels;

/// <summary>Convolutions of 3 × 3 with stride 1 in 16 multiplications for four outputs instead of 36, on the host.</summary>
/// <remarks>
/// Winograd's F(2 × 2, 3 × 3) as Lavin and Gray have it (2016): Y = Aᵀ [(G g Gᵀ) ⊙ (Bᵀ d B)] A, with d the 4 × 4 numbers of the source below
/// a tile of 2 × 2 outputs. The sums over channels of the 16 products are 16 products of matrices, made for a block of tiles at a time, which
/// stays in a core's cache. Every sum runs over the channels in order, so that a result depends neither on the block nor on the number of
/// threads. The transforms add at most four numbers and halve: some two more bits of rounding than the sum of products itself.
/// </remarks>
internal readonly unsafe struct HostWinograd<TStored, T, TVector, TRegister, TAct> : IRangeBody
    where TStored : unmanaged, IStored<TStored, T>
    where T : unmanaged, IReal<T>
    where TVector : unmanaged, IReal<TVector>
    where TRegister : unmanaged
    where TAct : unmanaged, IUnaryOp
{
    // The numbers of a transformed tile.
    private const int Points = 16;

    // For fewer channels the transforms cost more than the products save, and for fewer tiles the transformed weights do.
    private const int ChannelsFrom = 32;
    private const int TilesFrom = 128;

    // The transformed numbers of a block, for the second cache, and its tiles at least, for which the weights are read once.
    private const int BlockBytes = 512 * 1024;
    private const int MostTiles = 256;
    private const int LeastTiles = 128;

    private readonly TAct _activation;
    private readonly HostTaps<TStored, T> _x;
    private readonly int _rows;
    private readonly int _channels;

    // Of the target: its lines and their length; of the source the same, and how far it begins before the target.
    private readonly (int Lines, int Length) _target;
    private readonly (int Lines, int Length) _source;
    private readonly (int Lines, int Length) _before;

    // The tiles of an image, and of a block.
    private readonly int _down;
    private readonly int _across;
    private readonly int _tiles;
    private readonly int _block;
    private readonly int _blocks;

    // The tiles of products that the rows make.
    private readonly int _parts;
    private readonly T* _weights;

    private HostWinograd(TAct activation, in HostTaps<TStored, T> x, T* weights)
    {
        _activation = activation;
        _x = x;
        _weights = weights;
        (ConvolutionAxis down, ConvolutionAxis across) = (x.Shape.Second, x.Shape.Third);
        (_rows, _channels) = (x.TargetChannels, x.SourceChannels);
        _target = x.Transposed ? (down.Source, across.Source) : (down.Output, across.Output);
        _source = x.Transposed ? (down.Output, across.Output) : (down.Source, across.Source);
        _before = x.Transposed ? (2 - down.Padding, 2 - across.Padding) : (down.Padding, across.Padding);
        (_down, _across) = ((_target.Lines + 1) / 2, (_target.Length + 1) / 2);
        _tiles = x.Shape.Batch * _down * _across;
        _parts = PartsOf(_rows);
        int panel = 2 * Lanes;
        int most = Math.Clamp(BlockBytes / sizeof(T) / (Points * (_rows + _channels)), LeastTiles, MostTiles);

        // Blocks as even as whole panels allow, and enough of them for all threads.
        int blocks = Math.Max((_tiles + most - 1) / most, Math.Min(2 * HostParallel.Threads, (_tiles + panel - 1) / panel));
        _block = (((_tiles + blocks - 1) / blocks) + panel - 1) / panel * panel;
        _blocks = (_tiles + _block - 1) / _block;
    }

    private static int Lanes => sizeof(TRegister) / sizeof(T);

    private static int TileRows => GemmSimd<TRegister, T>.Rows;

    // The even and the odd places of a staged line, each with room for registers behind the last tile.
    private int Pitch => _across + 1 + (2 * Lanes);

    // From a channel to the next, and from one of the 16 numbers to the next: no multiples of a page, so that they do not share sets of a cache.
    private int Row => _block + Lanes;

    /// <summary>Whether a convolution is of this kind, and is faster so.</summary>
    internal static bool Fits(in HostTaps<TStored, T> x)
    {
        (ConvolutionAxis first, ConvolutionAxis down, ConvolutionAxis across) = (x.Shape.First, x.Shape.Second, x.Shape.Third);
        (int lines, int length) = x.Transposed ? (down.Source, across.Source) : (down.Output, across.Output);
        return first is { Kernel: 1, Stride: 1, Padding: 0, Source: 1 } && down is { Kernel: 3, Stride: 1, Dilation: 1 }
            && across is { Kernel: 3, Stride: 1, Dilation: 1 } && x.SourceChannels >= ChannelsFrom && x.TargetChannels >= ChannelsFrom
            && (long)x.Shape.Batch * ((lines + 1) / 2) * ((length + 1) / 2) is >= TilesFrom and <= int.MaxValue
            && (long)Points * x.Shape.Groups * x.SourceChannels * PartsOf(x.TargetChannels) * TileRows <= int.MaxValue;
    }

    internal static void Run(TAct activation, in HostTaps<TStored, T> x)
    {
        int groups = x.Shape.Groups;
        int weight = Points * PartsOf(x.TargetChannels) * x.SourceChannels * TileRows;
        using Scratch scratch = Scratch.Rent(x.Device, typeof(T) == typeof(F32) ? DType.Float32 : DType.Float64, [weight * groups]);
        HostWinograd<TStored, T, TVector, TRegister, TAct> loop = new(activation, x, scratch.Operand.Host<T>());
        HostParallel.For(loop._parts * groups, 1, new Packing(loop));
        HostParallel.For(loop._blocks * groups, 1, loop);
    }

    public void Run(int start, int end)
    {
        nint source = Points * PointOf(_channels);
        nint sums = Points * PointOf(_rows);
        T* memory = GemmScratch.Take<T>(source + sums + (((2 * _block) + 2) * 2 * Pitch));
        for (int task = start; task < end; task++)
        {
            int group = task / _blocks;
            int first = task % _blocks * _block;
            int count = Math.Min(_block, _tiles - first);
            ForwardSource(first, count, group, memory, memory + source + sums);
            Products(count, group, memory, memory + source);
            BackToTarget(first, count, group, memory + source, memory + source + sums);
        }
    }

    private static int PartsOf(int rows) => (rows + TileRows - 1) / TileRows;

    private nint PointOf(int channels) => ((nint)channels * Row) + ((channels * Row * sizeof(T)) % 1024 == 0 ? Lanes : 0);

    private int FirstRow(int part) => (int)((long)_rows * part / _parts);

    // Where the lines of a block's tiles begin: the image, the line of tiles and the tile in it.
    private (int Image, int Line, int Tile) Place(int tile) => (tile / (_down * _across), tile / _across % _down, tile % _across);

    // Bᵀ d B of a block's tiles, for each of its 16 numbers [channel, tile].
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private void ForwardSource(int first, int count, int group, T* target, T* stage)
    {
        nint point = PointOf(_channels);
        int pitch = Pitch;
        for (int c = 0; c < _channels; c++)
        {
            TStored* channel = _x.Source + ((((nint)group * _channels) + c) * _x.PlaceSource.Channel);
            for (int done = 0; done < count;)
            {
                // The lines of tiles that one image has in the block.
                (int image, int line, int tile) = Place(first + done);
                int lines = Math.Min(_down - line, (tile + count - done + _across - 1) / _across);
                Stage(channel + ((nint)image * _x.PlaceSource.Image), (2 * line) - _before.Lines, (2 * lines) + 2, stage, pitch);
                T* from = stage;
                for (int i = 0; i < lines; i++, from += 4 * pitch, tile = 0)
                {
                    int length = Math.Min(_across - tile, count - done);
                    ForwardLine(from + tile, pitch, length, target + ((nint)c * Row) + done, point);
                    done += length;
                }
            }
        }
    }

    // Lines of the source from one on with zeros around them: the even places of each, counted from where the first tile begins, and the odd ones.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private void Stage(TStored* image, int line, int lines, T* target, int pitch)
    {
        int used = _across + 1;
        int first = Math.Max(_before.Length, 0);
        int count = Math.Min(_source.Length - (first - _before.Length), (2 * used) - first);
        bool isOdd = first % 2 != 0;
        for (int i = 0; i < lines; i++, line++, target += 2 * pitch)
        {
            if ((uint)line >= (uint)_source.Lines || count <= 0)
            {
                new Span<T>(target, used).Clear();
                new Span<T>(target + pitch, used).Clear();
                continue;
            }

            // The first number and every second one from there on, and those between.
            T* some = target + (first / 2) + (isOdd ? pitch : 0);
            T* others = target + ((first + 1) / 2) + (isOdd ? 0 : pitch);
            for (int t = 0; t < used; t = t == first / 2 ? Math.Max(t + 1, (first + count) / 2) : t + 1)
            {
                target[t] = default;
                target[t + pitch] = default;
            }

            Halves(image + ((nint)line * _x.PlaceSource.Second) + ((nint)(first - _before.Length) * _x.PlaceSource.Third), some, others, count);
        }
    }

    // Numbers in turn to two lines.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Halves(TStored* source, T* some, T* others, int count)
    {
        nint step = _x.PlaceSource.Third;
        int pairs = count / 2;
        int j = 0;
        if (step == 1 && typeof(TStored) == typeof(F32))
        {
            j = StageLines.Halves((uint*)source, (uint*)some, (uint*)others, pairs);
        }

        for (; j < pairs; j++)
        {
            some[j] = TStored.Load(source[2 * j * step]);
            others[j] = TStored.Load(source[((2 * j) + 1) * step]);
        }

        if (count % 2 != 0)
        {
            some[pairs] = TStored.Load(source[2 * pairs * step]);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void ForwardLine(T* stage, int pitch, int count, T* target, nint point)
    {
        int lanes = sizeof(TVector) / sizeof(T);
        for (int t = 0; t < count; t += lanes, stage += lanes, target += lanes)
        {
            // The columns of the 4 x 4 numbers: an even place, an odd one, and the next two.
            (TVector a0, TVector a1, TVector a2, TVector a3) = Column(stage, pitch);
            (TVector b0, TVector b1, TVector b2, TVector b3) = Column(stage + pitch, pitch);
            (TVector c0, TVector c1, TVector c2, TVector c3) = Column(stage + 1, pitch);
            (TVector d0, TVector d1, TVector d2, TVector d3) = Column(stage + pitch + 1, pitch);
            Row(target, point, a0, b0, c0, d0);
            Row(target + (4 * point), point, a1, b1, c1, d1);
            Row(target + (8 * point), point, a2, b2, c2, d2);
            Row(target + (12 * point), point, a3, b3, c3, d3);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        static (TVector, TVector, TVector, TVector) Column(T* stage, int pitch)
        {
            TVector first = *(TVector*)stage;
            TVector second = *(TVector*)(stage + (2 * pitch));
            TVector third = *(TVector*)(stage + (4 * pitch));
            TVector fourth = *(TVector*)(stage + (6 * pitch));
            return (first - third, second + third, third - second, second - fourth);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        static void Row(T* target, nint point, TVector a, TVector b, TVector c, TVector d)
        {
            *(TVector*)target = a - c;
            *(TVector*)(target + point) = b + c;
            *(TVector*)(target + (2 * point)) = c - b;
            *(TVector*)(target + (3 * point)) = b - d;
        }
    }

    // For each of the 16 numbers the sums over channels: weights [rows, channels] times source [channels, tiles].
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private void Products(int count, int group, T* source, T* sums)
    {
        T one = 1;
        Tile<T> tile = new()
        {
            RowA = 1,
            ColumnA = TileRows,
            RowB = Row,
            RowC = Row,
            Depth = _channels,
            Alpha = one,
            Beta = one,
        };
        T* weights = _weights + ((nint)group * Points * _parts * _channels * TileRows);
        for (int point = 0; point < Points; point++)
        {
            for (int part = 0; part < _parts; part++, weights += (nint)_channels * TileRows)
            {
                int row = FirstRow(part);
                tile.A = weights;
                for (int t = 0; t < count; t += 2 * Lanes)
                {
                    tile.B = source + t;
                    tile.C = sums + ((nint)row * Row) + t;
                    GemmTile<T, TRegister>.Run(FirstRow(part + 1) - row, count - t > Lanes ? 2 : 1, tile);
                }
            }

            source += PointOf(_channels);
            sums += PointOf(_rows);
        }
    }

    // f(Aᵀ m A + bias) of a block's tiles, two lines at a time.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private void BackToTarget(int first, int count, int group, T* sums, T* lines)
    {
        nint point = PointOf(_rows);
        int size = _target.Lines * _target.Length;
        int pitch = 2 * Pitch;
        for (int m = 0; m < _rows; m++, sums += Row)
        {
            int channel = (group * _rows) + m;
            T bias = _x.Bias is null ? default : _x.Bias[channel];
            for (int done = 0; done < count;)
            {
                (int image, int line, int tile) = Place(first + done);
                int length = Math.Min(_across - tile, count - done);
                int numbers = Math.Min(2 * length, _target.Length - (2 * tile));
                TStored* target = _x.Target + ((((nint)image * _x.Shape.Groups * _rows) + channel) * size) + ((nint)2 * line * _target.Length) + (2 * tile);
                bool isWhole = (2 * line) + 1 < _target.Lines;
                if (StoredRows<TStored, T>.IsPlain && isWhole && length >= Lanes && numbers == 2 * length)
                {
                    BackLine(sums + done, point, length, (T*)target, _target.Length, bias);
                }
                else
                {
                    BackLine(sums + done, point, length, lines, pitch, bias);
                    StoredRows<TStored, T>.Store(lines, target, numbers);
                    if (isWhole)
                    {
                        StoredRows<TStored, T>.Store(lines + pitch, target + _target.Length, numbers);
                    }
                }

                done += length;
            }
        }
    }

    // Where there are as many tiles as a register has lanes, nothing is written behind them.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private void BackLine(T* sums, nint point, int count, T* lines, int pitch, T bias)
    {
        int lanes = sizeof(TVector) / sizeof(T);
        TVector shift = typeof(T) == typeof(F32) ? *(float*)&bias : *(double*)&bias;
        for (int done = 0; done < count; done += lanes)
        {
            int t = Math.Max(0, Math.Min(done, count - lanes));
            T* from = sums + t;
            T* to = lines + (2 * t);
            (TVector a0, TVector b0) = Column(from, point);
            (TVector a1, TVector b1) = Column(from + point, point);
            (TVector a2, TVector b2) = Column(from + (2 * point), point);
            (TVector a3, TVector b3) = Column(from + (3 * point), point);
            Zip(_activation.Forward(a0 + a1 + a2 + shift), _activation.Forward(a1 - a2 - a3 + shift), to);
            Zip(_activation.Forward(b0 + b1 + b2 + shift), _activation.Forward(b1 - b2 - b3 + shift), to + pitch);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        static (TVector, TVector) Column(T* sums, nint point)
        {
            TVector second = *(TVector*)(sums + (4 * point));
            TVector third = *(TVector*)(sums + (8 * point));
            return (*(TVector*)sums + second + third, second - third - *(TVector*)(sums + (12 * point)));
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        static void Zip(TVector even, TVector odd, T* target)
        {
            if (sizeof(TVector) == sizeof(Vector512<uint>) && typeof(T) == typeof(F32))
            {
                StageLines.Zip(*(Vector512<uint>*)&even, *(Vector512<uint>*)&odd, (uint*)target);
                return;
            }

            for (int i = 0; i < sizeof(TVector) / sizeof(T); i++)
            {
                target[2 * i] = ((T*)&even)[i];
                target[(2 * i) + 1] = ((T*)&odd)[i];
            }
        }
    }

    // G g Gᵀ, as the tiles of the products read it: for each of the 16 numbers and each channel, one number a row.
    private readonly struct Packing(in HostWinograd<TStored, T, TVector, TRegister, TAct> loop) : IRangeBody
    {
        // Channels whose taps are transposed at a time.
        private const int Together = 8;

        private readonly HostWinograd<TStored, T, TVector, TRegister, TAct> _loop = loop;

        public void Run(int start, int end)
        {
            int room = (TileRows + (sizeof(TVector) / sizeof(T)) - 1) / (sizeof(TVector) / sizeof(T)) * (sizeof(TVector) / sizeof(T));
            T* taps = stackalloc T[((9 * Together) + Points) * room];
            for (int task = start; task < end; task++)
            {
                Pack(task / _loop._parts, task % _loop._parts, taps, room);
            }
        }

        private void Pack(int group, int part, T* taps, int room)
        {
            (int channels, int targets) = (_loop._channels, _loop._rows);
            bool transposed = _loop._x.Transposed;
            int row = _loop.FirstRow(part);
            int rows = _loop.FirstRow(part + 1) - row;
            (nint forRow, nint forChannel) = transposed ? (9, (nint)targets * 9) : ((nint)channels * 9, (nint)9);
            TStored* weight = _loop._x.Weight + ((nint)group * channels * targets * 9) + (row * forRow);
            nint point = (nint)_loop._parts * channels * TileRows;
            T* packed = _loop._weights + (((((nint)group * Points * _loop._parts) + part) * channels) * TileRows);
            T* numbers = taps + (9 * Together * room);
            for (int c = 0; c < channels; c += Together)
            {
                // The taps of all rows side by side. Those of a row's channels stand one behind the other, or those of a channel's rows.
                int count = Math.Min(Together, channels - c);
                if (transposed)
                {
                    for (int i = 0; i < count; i++)
                    {
                        GemmPack<TStored, T>.Panel(weight + ((c + i) * forChannel), 1, forRow, rows, room, 9, taps + (9 * i * room));
                    }
                }
                else
                {
                    GemmPack<TStored, T>.Panel(weight + (c * forChannel), 1, forRow, rows, room, 9 * count, taps);
                }

                for (int i = 0; i < count; i++, packed += TileRows)
                {
                    // A transposed convolution meets its taps from behind.
                    T* first = taps + (((9 * i) + (transposed ? 8 : 0)) * room);
                    Transform(first, transposed ? -room : room, numbers, packed, point);
                }
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
        private static void Transform(T* taps, int room, T* numbers, T* target, nint point)
        {
            int lanes = sizeof(TVector) / sizeof(T);
            for (int i = 0; i < TileRows; i += lanes)
            {
                for (int column = 0; column < 3; column++)
                {
                    TVector first = *(TVector*)(taps + (column * room) + i);
                    TVector second = *(TVector*)(taps + ((column + 3) * room) + i);
                    TVector third = *(TVector*)(taps + ((column + 6) * room) + i);
                    *(TVector*)(numbers + (column * lanes)) = first;
                    *(TVector*)(numbers + ((column + 4) * lanes)) = (first + second + third) * 0.5;
                    *(TVector*)(numbers + ((column + 8) * lanes)) = (first - second + third) * 0.5;
                    *(TVector*)(numbers + ((column + 12) * lanes)) = third;
                }

                int used = Math.Min(lanes, TileRows - i) * sizeof(T);
                for (int line = 0; line < 4; line++)
                {
                    TVector first = *(TVector*)(numbers + (line * 4 * lanes));
                    TVector second = *(TVector*)(numbers + (((line * 4) + 1) * lanes));
                    TVector third = *(TVector*)(numbers + (((line * 4) + 2) * lanes));
                    TVector sum = (first + second + third) * 0.5;
                    TVector difference = (first - second + third) * 0.5;
                    T* to = target + (line * 4 * point) + i;
                    Unsafe.CopyBlockUnaligned(to, &first, (uint)used);
                    Unsafe.CopyBlockUnaligned(to + point, &sum, (uint)used);
                    Unsafe.CopyBlockUnaligned(to + (2 * point), &difference, (uint)used);
                    Unsafe.CopyBlockUnaligned(to + (3 * point), &third, (uint)used);
                }
            }
        }
    }
}
