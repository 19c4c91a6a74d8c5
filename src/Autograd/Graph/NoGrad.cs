namespace DeepSharp;

/// <summary>While one is open, operators on this thread record no graph: <c>using var _ = new NoGrad();</c>.</summary>
public sealed class NoGrad : IDisposable
{
    [ThreadStatic]
    private static NoGrad? t_innermost;

    private readonly OwnThread _thread = new();
    private readonly NoGrad? _outer;
    private readonly bool _before;
    private bool _ended;

    /// <summary>Stops recording until the object is disposed.</summary>
    public NoGrad()
    {
        _outer = t_innermost;
        t_innermost = this;
        _before = GradMode.IsEnabled;
        _ = GradMode.Set(false);
    }

    /// <summary>Goes back to what was before; those opened inside end with it. Ending twice does nothing.</summary>
    /// <exception cref="InvalidOperationException">Another thread opened it, and still records no graph.</exception>
    public void Dispose()
    {
        if (!_ended)
        {
            _thread.Require(nameof(NoGrad));
            for (NoGrad? inner = t_innermost; inner is not null && inner != this; inner = inner._outer)
            {
                inner._ended = true;
            }

            _ended = true;

            t_innermost = _outer;
            _ = GradMode.Set(_before);
        }
    }
}
