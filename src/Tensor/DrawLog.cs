namespace DeepSharp;

/// <summary>The places that a computation took random numbers from, so that it can be run again with the same ones.</summary>
internal sealed class DrawLog
{
    [ThreadStatic]
    private static DrawLog? t_current;

    private readonly List<ulong> _places = [];
    private DrawLog? _outer;
    private int _next;
    private bool _isReplaying;

    /// <summary>The log that draws on this thread go into or come from.</summary>
    internal static DrawLog? Current => t_current;

    /// <summary>Notes the draws on this thread until the result is disposed.</summary>
    internal Session Record() => new(this, isReplaying: false);

    /// <summary>Gives the draws on this thread the noted places until the result is disposed.</summary>
    internal Session Replay() => new(this, isReplaying: true);

    /// <summary>The place of a draw: the noted one, or where the stream stands, or where a log around this one says.</summary>
    internal ulong Place(Generator generator, int count, DType dtype)
    {
        if (!_isReplaying)
        {
            ulong place = _outer is { } outer ? outer.Place(generator, count, dtype) : generator.TakeNext(count, dtype);
            _places.Add(place);
            return place;
        }

        return _next < _places.Count
            ? _places[_next++]
            : throw new InvalidOperationException(
                $"Checkpoint: the function drew random numbers {_places.Count} times first and more often when it was called again. It "
                + "must do the same each time.");
    }

    internal readonly ref struct Session
    {
        private readonly DrawLog? _before;

        internal Session(DrawLog log, bool isReplaying)
        {
            _before = t_current;
            log._outer = _before;
            log._next = 0;
            log._isReplaying = isReplaying;
            t_current = log;
        }

        public void Dispose() => t_current = _before;
    }
}
