using System.Diagnostics.CodeAnalysis;
using DeepSharp.Kernels;

namespace DeepSharp;

/// <summary>
/// An array of numbers of any rank on a device: a shape, strides and an element type over memory that views share.
/// </summary>
/// <remarks>
/// Values come back to the host with <see cref="ToArray{T}"/> and <see cref="Item"/>, which wait for the device. Memory is freed
/// at the end of the <see cref="Scope"/> in which a tensor was made, by <see cref="Dispose()"/>, or, outside any scope, by the
/// garbage collector.
/// </remarks>
[SuppressMessage("Usage", "CA2213", Justification = "The node is released with the graph it belongs to.")]
public partial class Tensor : IDisposable
{
    private Storage? _storage;
    private int[] _strides;
    private int _offset;

    // Of a handle that a graph holds: the version of the elements it holds.
    private readonly int _version;

    private protected Tensor(Storage storage, Shape shape, int[] strides, int offset, DType dtype, string origin, bool scoped)
    {
        _storage = storage;
        _strides = strides;
        _offset = offset;
        Shape = shape;
        DType = dtype;
        Device = storage.Block.Device;
        Origin = origin;
        if (scoped && TensorScope.Current is { } scope)
        {
            OwningScope = scope;
            scope.Add(this);
        }
        else
        {
            storage.LeaveToCollector();
        }
    }

    // A second handle on a tensor's memory whose owner, a graph node, releases it or dies with its storage.
    private Tensor(Tensor source)
    {
        _storage = source.Storage.Share();
        _version = _storage.Version;
        _strides = source._strides;
        _offset = source._offset;
        Shape = source.Shape;
        DType = source.DType;
        Device = source.Device;
        Origin = source.Origin;
    }

    /// <summary>The lengths of the axes.</summary>
    public Shape Shape { get; }

    /// <summary>The element type.</summary>
    public DType DType { get; }

    /// <summary>Where the elements are.</summary>
    public Device Device { get; private protected set; }

    /// <summary>The number of axes.</summary>
    public int Rank => Shape.Rank;

    /// <summary>The number of elements.</summary>
    public int Count => Shape.Size;

    /// <summary>How many elements apart neighbours along each axis are; 0 where one element repeats.</summary>
    public ReadOnlySpan<int> Strides => _strides;

    /// <summary>Whether the elements stand one behind the other in row-major order.</summary>
    public bool IsContiguous => Operand.IsContiguous;

    /// <summary>The operator that made the tensor: error messages name it.</summary>
    public string Origin { get; private set; }

    /// <summary>Whether a <see cref="Scope"/> will free the tensor.</summary>
    public bool BelongsToScope => OwningScope is not null;

    /// <summary>Whether the tensor's memory has been given back.</summary>
    public bool IsDisposed => _storage is null;

    /// <summary>The tensor's place in the graph of gradients; null where no gradient flows.</summary>
    internal GraphNode? Node { get; set; }

    /// <summary>The scope that ends the tensor, if any.</summary>
    internal TensorScope? OwningScope { get; private set; }

    internal Storage Storage => _storage ?? throw Ended();

    /// <summary>What a kernel is given.</summary>
    internal Operand Operand => new((_storage ?? throw Ended()).Block, _offset, DType, Shape.Dims, _strides);

    /// <summary>
    /// Opens a scope: tensors made on this thread until it is disposed are freed with it, apart from those that are
    /// <see cref="Keep"/>-ed.
    /// </summary>
    public static TensorScope Scope() => TensorScope.Open();

    /// <summary>Moves the tensor out of its scope into the enclosing one, or out of all if there is none.</summary>
    /// <remarks>The values live on; the graph that led to them ends with the scope that made it.</remarks>
    /// <returns>The tensor itself.</returns>
    public Tensor Keep()
    {
        Storage storage = Storage;
        OwningScope = OwningScope?.Outer;
        if (OwningScope is { } outer)
        {
            outer.Add(this);
        }
        else
        {
            storage.LeaveToCollector();
        }

        return this;
    }

    /// <summary>Moves the tensor out of all scopes.</summary>
    /// <returns>The tensor itself.</returns>
    internal Tensor KeepForever()
    {
        if (OwningScope is not null)
        {
            Storage.LeaveToCollector();
            OwningScope = null;
        }

        return this;
    }

    /// <summary>Gives the memory back, unless views still share it. Disposing twice does nothing.</summary>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Names the operator that made the tensor, where its last step was another one, such as a reshape.</summary>
    /// <returns>The tensor itself, of which nobody else may know yet.</returns>
    internal Tensor MadeBy(string origin)
    {
        Origin = origin;
        return this;
    }

    /// <summary>A tensor over memory of this one's.</summary>
    internal Tensor Alias(Shape shape, int[] strides, int offset, string origin) =>
        new(Storage.Share(), shape, strides, offset, DType, origin, scoped: true);

    /// <summary>A tensor over memory of this one's that nobody else changes: it counts changes of its own.</summary>
    internal Tensor Part(Shape shape, int offset, string origin) =>
        new(Storage.Part(), shape, shape.RowMajorStrides(), offset, DType, origin, scoped: true);

    /// <summary>The same elements without a place in a graph and outside all scopes: what a graph node holds.</summary>
    internal Tensor Hold() => new(this);

    /// <summary>A tensor whose elements are not yet set.</summary>
    internal static Tensor Uninitialized(Shape shape, DType dtype, Device device, string origin) =>
        new(Storage.Rent(device, shape, dtype, origin), shape, shape.RowMajorStrides(), 0, dtype, origin, scoped: true);

    internal void EndWithScope()
    {
        Dispose(true);
        Node = null;
    }

    /// <summary>Gives the memory back.</summary>
    /// <param name="disposing">Whether a caller asked for it.</param>
    protected virtual void Dispose(bool disposing)
    {
        if (disposing)
        {
            Interlocked.Exchange(ref _storage, null)?.Release();
        }
    }

    /// <summary>Points the tensor at other memory: a parameter moves into its arena.</summary>
    private protected void Repoint(Storage storage, int offset)
    {
        Storage? old = _storage;
        _storage = storage;
        _offset = offset;
        _strides = Shape.RowMajorStrides();
        Device = storage.Block.Device;
        storage.LeaveToCollector();
        old?.Release();
    }

    private ObjectDisposedException Ended() => new(
        nameof(Tensor),
        $"The tensor {DType} {Shape} made by {Origin} has been freed, by Dispose or at the end of its scope. Call Keep() on it "
        + "inside the scope to use it later.");
}
