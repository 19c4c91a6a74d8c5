namespace DeepSharp.Examples.CharTransformer;

/// <summary>What counting says about a text.</summary>
internal static class Entropy
{
    /// <summary>
    /// The bits of a letter to one who knows how often each comes behind each group of so many letters in this very text (Shannon 1951). Of long
    /// groups in a short text that is too little, as most come once.
    /// </summary>
    internal static double OfOrder(int order, string text)
    {
        double bits = 0;
        foreach (IGrouping<string, char> next in Enumerable.Range(order, text.Length - order).ToLookup(i => text.Substring(i - order, order), i => text[i]))
        {
            double all = next.Count();
            bits -= next.CountBy(static letter => letter).Sum(pair => pair.Value * Math.Log2(pair.Value / all));
        }

        return bits / (text.Length - order);
    }
}
