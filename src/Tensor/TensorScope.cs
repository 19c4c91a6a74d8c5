namespace DeepSharp;

/// <summary>
/// A stretch of a program whose tensors are freed together at its end. Made by <see cref="Tensor.Scope"/>; batches of a data
/// set open one for each step by themselves.
/// </summary>
/// <remarks>
/// A scope belongs to the thread that opened it; ending it on another one, as after an <c>await</c>, is an error. Ending an outer scope ends the inner ones. <see cref="Tensor.Keep"/> moves a
/// tensor out. Parameters, their gradients and the state of optimizers never belong to a scope.
/// </remarks>
public sealed class TensorScope : IDisposable
{
    [ThreadStatic]
    private static TensorScope? t_current;

    private readonly TensorScope? _outer;
    private readonly List<Tensor> _tensors = [];
    private readonly List<GraphNode> _nodes = [];
    private readonly OwnThread _thread = new();
    private bool _ended;

    private TensorScope(TensorScope? outer) => _outer = outer;

    internal static TensorScope? Current => t_current;

    internal TensorScope? Outer => _outer;

    /// <summary>Frees the tensors made since the scope was opened, apart from those kept. Ending twice does nothing.</summary>
    /// <exception cref="InvalidOperationException">Another thread opened it. The scope stays open there.</exception>
    public void Dispose()
    {
        if (_ended)
        {
            return;
        }

        _thread.Require("Tensor.Scope");
        for (TensorScope? inner = t_current; inner is not null; inner = inner._outer)
        {
            if (ReferenceEquals(inner, this))
            {
                while (!ReferenceEquals(t_current, this))
                {
                    t_current!.Dispose();
                }

                t_current = _outer;
                break;
            }
        }

        _ended = true;
        Clear();
    }

    internal static TensorScope Open() => t_current = new TensorScope(t_current);

    /// <summary>Steps out of all scopes for a while: what is made meanwhile belongs to none.</summary>
    internal static Suspension Suspend()
    {
        Suspension suspension = new(t_current);
        t_current = null;
        return suspension;
    }

    internal void Add(Tensor tensor) => _tensors.Add(tensor);

    internal void Add(GraphNode node) => _nodes.Add(node);

    /// <summary>Frees everything and stays open, so that a loop can use one scope for all its steps.</summary>
    internal void Clear()
    {
        foreach (Tensor tensor in _tensors)
        {
            if (ReferenceEquals(tensor.OwningScope, this))
            {
                tensor.EndWithScope();
            }
        }

        foreach (GraphNode node in _nodes)
        {
            node.Release();
        }

        _tensors.Clear();
        _nodes.Clear();
    }

    internal readonly ref struct Suspension(TensorScope? scope)
    {
        public void Dispose() => t_current = scope;
    }
}
