namespace ILGPU;

/// <summary>A 32-bit index or extent in two dimensions; X is the fastest.</summary>
public readonly struct Index2D(int x, int y) : IIntIndex, IGenericIndex<Index2D>
{
    public static readonly Index2D Invalid = new(-1);
    public static readonly Index2D Zero;
    public static readonly Index2D One = new(1);

    public Index2D(int value)
        : this(value, value)
    {
    }

    public int X { get; } = x;

    public int Y { get; } = y;

    public bool IsFirst => X == 0 && Y == 0;

    public int Size => checked((int)LongSize);

    public long LongSize => (long)X * Y;

    long IIndex.Size => LongSize;

    public static implicit operator Index2D((int, int) values) => new(values.Item1, values.Item2);

    public static Index2D operator +(Index2D first, Index2D second) => new(first.X + second.X, first.Y + second.Y);

    public static Index2D operator -(Index2D first, Index2D second) => new(first.X - second.X, first.Y - second.Y);

    public static Index2D operator *(Index2D first, Index2D second) => new(first.X * second.X, first.Y * second.Y);

    public static Index2D operator /(Index2D first, Index2D second) => new(first.X / second.X, first.Y / second.Y);

    public static bool operator ==(Index2D first, Index2D second) => first.X == second.X && first.Y == second.Y;

    public static bool operator !=(Index2D first, Index2D second) => !(first == second);

    public (int X, int Y) ToValueTuple() => (X, Y);

    public void Deconstruct(out int x, out int y) => (x, y) = (X, Y);

    public bool InBounds(Index2D dimension) => X >= 0 && X < dimension.X && Y >= 0 && Y < dimension.Y;

    public bool InBoundsInclusive(Index2D dimension) => X >= 0 && X <= dimension.X && Y >= 0 && Y <= dimension.Y;

    public Index2D Add(Index2D rhs) => this + rhs;

    public Index2D Subtract(Index2D rhs) => this - rhs;

    public bool Equals(Index2D other) => this == other;

    public override bool Equals(object? obj) => obj is Index2D other && Equals(other);

    public override int GetHashCode() => HashCode.Combine(X, Y);

    public override string ToString() => $"({X}, {Y})";
}
