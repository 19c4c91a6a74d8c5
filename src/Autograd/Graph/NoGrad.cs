namespace DeepSharp;

/// <summary>While one is open, operators on this thread record no graph: <c>using var _ = new NoGrad();</c>.</summary>
public sealed class NoGrad : IDisposable
{
    private readonly OwnThread _thread = new();
    private readonly bool _before;
    private bool _ended;

    /// <summary>Stops recording until the object is disposed.</summary>
    public NoGrad()
    {
        _before = GradMode.IsEnabled;
        _ = GradMode.Set(false);
    }

    /// <summary>Goes back to what was before. Ending twice does nothing.</summary>
    /// <exception cref="InvalidOperationException">Another thread opened it, and still records no graph.</exception>
    public void Dispose()
    {
        if (!_ended)
        {
            _thread.Require(nameof(NoGrad));
            _ended = true;
            _ = GradMode.Set(_before);
        }
    }
}
