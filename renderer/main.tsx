import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';

import { App } from './App';
import { follow } from './store';
import './theme.css';

const root = document.getElementById('root');
if (root === null) throw new Error('index.html has no #root');
follow();
createRoot(root).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
