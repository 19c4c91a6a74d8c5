namespace DeepSharp.Layers;

/// <summary>Remembers which mode each module of a network is in.</summary>
internal sealed class KeptModes(Module model)
{
    private readonly Module[] _modules = [.. model.All()];
    private readonly bool[] _training = new bool[model.All().Count];

    /// <summary>Remembers the modes of now.</summary>
    internal void Take()
    {
        for (int i = 0; i < _modules.Length; i++)
        {
            _training[i] = _modules[i].IsTraining;
        }
    }

    /// <summary>Puts the modules back into training mode that were in it.</summary>
    internal void Restore() => Module.SetTraining(_modules.Where((_, i) => _training[i]), training: true);
}
