using DeepSharp.Kernels;

namespace DeepSharp;

/// <summary>
/// A stream of random numbers: a seed and a position. The same seed gives the same numbers on every device (Philox 4x32-10), but for the
/// last place of uniform and normal ones, which a GPU may round otherwise.
/// </summary>
/// <param name="seed">The seed.</param>
public sealed class Generator(ulong seed = 0)
{
    private static Generator s_default = new();
    private readonly Lock _lock = new();
    private ulong _position;

    /// <summary>The stream used where none is named. Assign a new one to seed a program.</summary>
    public static Generator Default
    {
        get => s_default;
        set => s_default = value ?? throw new ArgumentNullException(nameof(value));
    }

    /// <summary>The seed.</summary>
    public ulong Seed => seed;

    /// <summary>How far the stream has been used, in blocks of four words. Set it to go back, or on.</summary>
    public ulong Position
    {
        get
        {
            lock (_lock)
            {
                return _position;
            }
        }

        set
        {
            lock (_lock)
            {
                _position = value;
            }
        }
    }

    /// <summary>Seed and position.</summary>
    public override string ToString() => $"Generator {{ Seed = {Seed}, Position = {Position} }}";

    /// <summary>Takes the numbers for so many elements out of the stream and says where they begin.</summary>
    internal ulong Take(int count, DType dtype) =>
        DrawLog.Current is { } log ? log.Place(this, count, dtype) : TakeNext(count, dtype);

    internal ulong TakeNext(int count, DType dtype)
    {
        lock (_lock)
        {
            ulong start = _position;
            _position += RandomFill.Blocks(count, dtype);
            return start;
        }
    }
}
