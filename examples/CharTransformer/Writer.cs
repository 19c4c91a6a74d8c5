using DeepSharp.Layers;

namespace DeepSharp.Examples.CharTransformer;

/// <summary>Writes a text on, letter by letter.</summary>
/// <param name="model">What says how likely each letter is.</param>
/// <param name="temperature">Divides the scores: below 1 likely letters become likelier; 0 takes the likeliest.</param>
/// <param name="topK">How many of the likeliest letters are drawn from.</param>
/// <param name="random">The dice.</param>
internal sealed class Writer(LanguageModel model, double temperature, int topK, Generator random)
{
    /// <summary>The letters that follow.</summary>
    /// <param name="start">What the text begins with, at least one letter.</param>
    /// <param name="count">How many follow.</param>
    /// <param name="cached">Whether keys and values of what has been read are kept, so that a letter costs one position and not all of them.</param>
    internal IEnumerable<long> Write(IEnumerable<long> start, int count, bool cached = true)
    {
        List<long> window = [.. start];
        using KeyValueCache? cache = cached ? new() : null;
        for (int i = 0; i < count; i++)
        {
            // When the window is full, it goes on with its second half, read anew: there are positions the model was never trained on.
            if (window.Count > model.Context)
            {
                window.RemoveRange(0, window.Count - (model.Context / 2));
                cache?.Dispose();
            }

            long next = Next([.. window.Skip(cache?.Length ?? 0)], cache);
            window.Add(next);
            yield return next;
        }
    }

    private long Next(long[] unread, KeyValueCache? cache)
    {
        using TensorScope scope = Tensor.Scope();
        using NoGrad noGrad = new();
        Tensor scores = model.Forward(Tensor.From(unread, [1, unread.Length]), cache)[0, ^1];
        if (temperature == 0)
        {
            return (long)scores.ArgMax(0).Item();
        }

        (Tensor best, Tensor letters) = scores.TopK(Math.Min(topK, scores.Count));
        Tensor drawn = (best / temperature).Softmax().Multinomial(1, generator: random);
        return (long)letters[drawn].Item();
    }
}
