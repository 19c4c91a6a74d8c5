namespace DeepSharp.Layers;

/// <summary>The modes that modules have for one call, whatever mode they are in by themselves: until it is disposed.</summary>
/// <remarks>
/// They belong to what runs after the call that opened them, tasks and threads that it starts included, and to nobody else. So a network
/// predicts on one thread while another trains it, and neither sees the other's mode.
/// </remarks>
internal sealed class ModuleModes : IDisposable
{
    private static readonly AsyncLocal<ModuleModes?> s_current = new();
    private static readonly Dictionary<Module, bool> s_none = [];

    private readonly ModuleModes? _outer;

    // Replaced, not changed, since threads of the call may read it. Without content once the call has ended: a thread that was started
    // meanwhile, and knows of the call for as long as it lives, does not hold the network.
    private volatile Dictionary<Module, bool> _modes;

    private ModuleModes(ModuleModes? outer, Dictionary<Module, bool> modes)
    {
        _outer = outer;
        _modes = modes;
    }

    /// <summary>Sets the mode of a module and all below it for this call.</summary>
    internal static ModuleModes Begin(Module model, bool training)
    {
        Dictionary<Module, bool> modes = new(ReferenceEqualityComparer.Instance);
        Set(modes, model, training);
        return s_current.Value = new ModuleModes(s_current.Value, modes);
    }

    /// <summary>The mode that the call under way has set; null if it has set none.</summary>
    internal static bool? Of(Module module)
    {
        for (ModuleModes? call = s_current.Value; call is not null; call = call._outer)
        {
            if (call._modes.TryGetValue(module, out bool training))
            {
                return training;
            }
        }

        return null;
    }

    /// <summary>Changes the modes that the call under way has set.</summary>
    /// <returns>The modules for which it has set none.</returns>
    internal static IEnumerable<Module> Change(IEnumerable<Module> modules, bool training)
    {
        IEnumerable<Module> left = modules;
        for (ModuleModes? call = s_current.Value; call is not null; call = call._outer)
        {
            lock (call)
            {
                Dictionary<Module, bool> modes = call._modes;
                if (modes.Count > 0)
                {
                    Module[] covered = [.. left.Where(modes.ContainsKey)];
                    Dictionary<Module, bool> changed = new(modes, ReferenceEqualityComparer.Instance);
                    Array.ForEach(covered, module => changed[module] = training);
                    call._modes = changed;
                    left = [.. left.Where(module => !modes.ContainsKey(module))];
                }
            }
        }

        return left;
    }

    private static void Set(Dictionary<Module, bool> modes, Module model, bool training)
    {
        Stack<Module> open = new([model]);
        while (open.TryPop(out Module? module))
        {
            for (int i = modes.TryAdd(module, training) ? module.Children.Count - 1 : -1; i >= 0; i--)
            {
                open.Push(module.Children[i].Value);
            }
        }
    }

    /// <summary>Ends the call. Ending twice does nothing, and calls may end in any order.</summary>
    public void Dispose()
    {
        lock (this)
        {
            _modes = s_none;
        }

        ModuleModes? call = s_current.Value;
        while (call is not null && call._modes.Count == 0)
        {
            call = call._outer;
        }

        s_current.Value = call;
    }
}
